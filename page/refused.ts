/** A request that cannot be answered as asked: the status of the answer, what was wrong, what to do instead. */
export class Refused extends Error {
  readonly status: 400 | 401 | 403 | 404 | 409 | 429;
  readonly next: string;

  constructor(status: Refused["status"], message: string, next: string) {
    super(message);
    this.name = "Refused";
    this.status = status;
    this.next = next;
  }
}

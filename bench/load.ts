import { migrate } from "../db/migrate.ts";
import { openDatabase } from "../db/open.ts";
import { loadFile } from "./load-file.ts";
import { measure, tell } from "./measured.ts";

/** One registry load of a file, as a process of its own so that its memory is its own. Usage: load.ts FILE DATABASE_URL|DIRECTORY */
const [file = "", place = ""] = process.argv.slice(2);
const url = place.startsWith("postgres") ? place : null;
const database = await openDatabase({ url, dataDir: place, lockWaitMs: 0, onWait: () => {} });
await migrate(database);
tell(await measure(database, () => loadFile(database, file)));
await database.close();

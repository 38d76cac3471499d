import { html } from "./html.ts";

/** The look of a page: light and dark by the reader's setting, cards on narrow screens, everything open on paper. */

export const PAGE_STYLE = html`<style>
:root {
  color-scheme: light dark;
  --ground: #fff; --raised: #f6f7f9; --text: #1b1f24; --faint: #57606a; --line: #d5dae0; --link: #0b57a4;
  --loud: #9a3412; --alarm: #b3141d; --calm: #1f6f4a; --judge: #6b3fa0; --warn-ground: #fff7e6; --warn-line: #d99a1c;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171b; --raised: #1d2127; --text: #e7eaee; --faint: #a5afba; --line: #3a414a; --link: #86bdf5;
    --loud: #ffb27d; --alarm: #ff9a94; --calm: #7fd6ab; --judge: #cfadff; --warn-ground: #2b2415; --warn-line: #a87b1f;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; }
body { margin: 0 auto; max-width: 100rem; padding: 1.25rem clamp(.75rem, 2vw, 2rem) 3rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 2px; }
p, ul, dl { margin: 0 0 .5rem; }
ul { padding-left: 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .75rem; text-wrap: balance; }
h2 { font-size: 1.3rem; line-height: 1.3; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.25rem 0 .5rem; }
h4 { font-size: .95rem; margin: .75rem 0 .25rem; }
header p, .table > p { max-width: 75ch; }
.warning { background: var(--warn-ground); border-left: 4px solid var(--warn-line); padding: .5rem .75rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
summary { cursor: pointer; padding: .3rem 0; }
summary h3 { display: inline; font-size: .95rem; }
.nowrap { white-space: nowrap; }
code { font: .85em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
.command { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: .05rem .35rem; -webkit-user-select: all; user-select: all; }
.where, .label, .blank, .beside, .count, footer { color: var(--faint); }
.where, .beside { font-size: .85em; }
td .where code { font-size: 1em; }
.count { font-variant-numeric: tabular-nums; font-weight: normal; }
.aside { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.claims ul { list-style: none; padding: 0; }
.claims > ul > li { margin-block: .6em; }
.claims ul ul { padding-inline-start: 1.5em; font-size: .9em; }
.claim.holds .kind { color: var(--calm); }
.claim.no_longer_holds .kind { color: var(--alarm); }
.claim.cannot_tell .kind { color: var(--judge); }
.kind, .severity { font-size: .85em; font-weight: 600; color: var(--loud); }
.kind.quiet { color: var(--faint); font-weight: normal; }
.kind.contradicts, .kind.study_gone, .severity.high { color: var(--alarm); }
.kind.refined, .kind.wording, .kind.new_since, .severity.info { color: var(--calm); }
.kind.overlap, .kind.undecided, .kind.registry_silent { color: var(--judge); }
.severity.low { color: var(--faint); }
.severity { font-size: 1em; display: inline-block; min-width: 5.5rem; }
.needs details > :not(summary) { margin-left: 1.1rem; }
.why { text-decoration: none; }
.why:hover .kind { text-decoration: underline; }
.registry { font-weight: 600; }
.registry.running { font-weight: normal; }
td .kind { display: block; }
.cells .kind { display: inline; }
.meaning::first-letter { text-transform: uppercase; }
.needs { border: 1px solid var(--line); border-radius: 8px; padding: .25rem 1rem 1rem; background: var(--raised); }
.needs h2 { margin-top: .75rem; }
.needs .command { background: var(--ground); }
.counts, .key dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: .35rem 1.5rem; }
.counts dd, .key dd { margin: 0; }
.key dl > div { display: grid; grid-template-columns: minmax(5.5rem, max-content) 1fr; gap: .75rem; }
.key dt { font-weight: 600; }
table { width: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.4; table-layout: fixed; border-bottom: 2px solid var(--text); }
caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
th, td { text-align: left; vertical-align: top; padding: .45rem .5rem; font-weight: normal; }
thead th { position: sticky; top: 0; background: var(--ground); border-top: 2px solid var(--text); border-bottom: 1px solid var(--text);
  font-weight: 600; overflow-wrap: normal; hyphens: auto; z-index: 1; }
tbody th { font-weight: 600; }
td p, th p { margin: 0 0 .25rem; }
.study > * { border-top: 1px solid var(--line); }
.study:target > *, .cells > li:target { background: var(--warn-ground); }
.evidence > td { padding: 0 .5rem .35rem; }
th.id { width: 8.2rem; } th.director { width: 11%; } th.date { width: 7.8%; } th.phase { width: 6.8%; } th.number { width: 5.5%; }
th.design { width: 9.5%; } th.route { width: 7%; } th.source { width: 11%; } th.results { width: 12%; }
.cells { list-style: none; padding: 0; columns: 4 22rem; column-gap: .75rem; }
.cells > li { break-inside: avoid; margin-bottom: .75rem; border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; background: var(--raised); }
.cells p { margin-bottom: .2rem; }
.cells .command { background: var(--ground); }
@media screen and (max-width: 80rem) {
  table, tbody, .study > *, .evidence, .evidence > td { display: block; width: auto; }
  table { border-bottom: 0; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .study { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr)); column-gap: 2rem; border: 1px solid var(--line); border-bottom: 0; border-radius: 8px 8px 0 0; margin-top: 1rem; padding: .4rem .75rem 0; }
  .study > * { border-top: 0; padding: .2rem 0; display: grid; grid-template-columns: minmax(6.5rem, 30%) 1fr; column-gap: .75rem; }
  .study > * > * { grid-column: 2; }
  .study > *::before { content: attr(data-head); grid-column: 1; grid-row: 1 / span 9; color: var(--faint); font-weight: normal; font-size: .85em; }
  .study > th { display: block; grid-column: 1 / -1; font-size: 1.05rem; }
  .study > th::before { content: none; }
  .evidence { border: 1px solid var(--line); border-top: 0; border-radius: 0 0 8px 8px; }
  .evidence > td { padding: .1rem .75rem .35rem; }
}
@media print {
  @page { size: A4 landscape; margin: 12mm; }
  :root { --ground: #fff; --raised: #fff; --text: #000; --faint: #444; --line: #999; --link: #000; --loud: #000; --alarm: #000; --calm: #000; --judge: #000; --warn-ground: #fff; }
  html { font-size: 8.5pt; }
  body { max-width: none; padding: 0; }
  thead th { position: static; }
  thead, .study { break-after: avoid; }
  nav { display: none; }
  details::details-content { content-visibility: visible; display: block; height: auto; }
  .study, .cells > li, .needs li { break-inside: avoid; }
  .cells { columns: auto; }
  .cells > li { border: 0; border-radius: 0; padding: 0; margin: 0 0 .15rem; }
  .cells > li * { display: inline; }
  .cells ul { padding: 0; margin: 0; }
  .cells > li p::after, .cells > li li::after { content: " · "; }
  h2, h3, h4 { break-after: avoid; }
}
</style>`;

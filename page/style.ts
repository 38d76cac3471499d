import { html } from "../pipeline/report/html.ts";

/** The look of what only the site has: way round, forms, pages of a long list, sentences of the review. */
export const SITE_STYLE = html`<style>
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
.site { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 2rem; border-bottom: 1px solid var(--line); margin-bottom: 1.25rem; padding-bottom: .35rem; }
.site p { margin: 0; }
.brand { font-weight: 700; }
.site ul { margin: 0; }
.site .quiet { margin-left: auto; }
[aria-current] { color: var(--text); font-weight: 600; text-decoration: none; border-bottom: 2px solid var(--link); }
main:focus { outline: none; }
form { margin: 0 0 .5rem; }
.fields { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: end; }
label { display: inline-flex; flex-direction: column; gap: .1rem; font-size: .875rem; color: var(--faint); max-width: 100%; }
label.check { display: inline; color: inherit; font-size: inherit; }
input, select, button { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--faint); border-radius: 5px; padding: .3rem .6rem; max-width: 100%; min-height: 2.1rem; }
input[type="checkbox"] { min-height: 0; width: 1.1rem; height: 1.1rem; vertical-align: -.15rem; margin-right: .35rem; }
button { cursor: pointer; background: var(--raised); font-weight: 600; }
button.main { background: var(--link); color: var(--ground); border-color: var(--link); }
button:hover { border-color: var(--link); }
input:focus-visible, select:focus-visible, button:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.quiet button { font-weight: normal; min-height: 0; padding: .1rem .5rem; }
.decide { display: flex; flex-wrap: wrap; gap: .4rem; margin-top: .35rem; align-items: end; }
.decide button { font-size: .875rem; min-height: 1.9rem; padding: .15rem .6rem; }
.decide input { font-size: .875rem; min-height: 1.9rem; padding: .15rem .4rem; width: 11rem; }
.panel { border: 1px solid var(--line); border-radius: 8px; background: var(--raised); padding: .75rem 1rem; margin: 0 0 1.25rem; }
.panel > :first-child { margin-top: 0; }
.panel > :last-child { margin-bottom: 0; }
.said { border-left: 4px solid var(--calm); }
.refused { border-left: 4px solid var(--alarm); }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); gap: 1rem; margin: 0 0 1.25rem; padding: 0; list-style: none; }
.cards h2 { margin: 0 0 .35rem; font-size: 1.1rem; }
.cards .panel { margin: 0; }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .75rem; margin: 0 0 .5rem; }
.facts dt { color: var(--faint); }
.facts dd { margin: 0; }
.pager ul { margin: .75rem 0; }
.claims { border: 1px solid var(--line); border-radius: 8px; padding: .5rem 1rem; margin: 0 0 1.25rem; background: var(--raised); }
.claims h2 { margin: 0 0 .35rem; font-size: 1.1rem; }
.severity { min-width: 6.2rem; }
.log { padding: .5rem .75rem .5rem 1.75rem; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; }
.flags { list-style: none; padding: 0; }
.flags li { padding: .25rem 0; border-top: 1px solid var(--line); }
.flags .where a { white-space: nowrap; }
.wrong, .facts .wrong { color: var(--alarm); font-weight: 600; }
@media screen and (min-width: 60rem) and (min-height: 40rem) { .answer { position: sticky; bottom: 0; margin-bottom: 0; border-color: var(--faint); } }
table.plain { table-layout: auto; }
@media screen and (max-width: 80rem) { table.plain .study { border-bottom: 1px solid var(--line); border-radius: 8px; padding-bottom: .4rem; } }
@media print { .site, .decide, .skip, form { display: none; } }
</style>`;

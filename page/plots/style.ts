import { html } from "../../pipeline/report/html.ts";

/**
 * The look of the plots, beside PAGE_STYLE and on its colours. One style element without a part, so that its hash can stand
 * in the page's content security policy; shapes have classes, never style attributes.
 */
export const PLOT_STYLE = html`<style>
figure.plot { margin: 1.5rem 0 2rem; max-width: 60rem; }
figure.plot figcaption p { max-width: 75ch; }
figure.plot h2 { margin: 0 0 .25rem; }
svg.plot { display: block; width: 100%; height: auto; font: 13px system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif; }
svg.plot.narrow { display: none; max-width: 30rem; }
svg.fillings { position: absolute; }
svg.plot text { fill: var(--text); }
.axis line, .rule { stroke: var(--line); stroke-width: 1; }
svg.plot .axis text { fill: var(--faint); font-size: 12px; }
svg.plot .name { font-weight: 600; paint-order: stroke; stroke: var(--ground); stroke-width: 3px; }
svg.plot .label.over { paint-order: stroke; stroke: var(--ground); stroke-width: 3px; stroke-linejoin: round; }
.leader { stroke: var(--faint); stroke-width: 1; }
.now { stroke: var(--faint); stroke-width: 1.5; stroke-dasharray: 4 3; }
.even { stroke: var(--faint); stroke-width: 1.5; stroke-dasharray: 4 3; }
.bar { stroke: var(--faint); stroke-width: 1.25; fill: var(--raised); }
.bar.running { stroke: var(--calm); fill: color-mix(in srgb, var(--calm) 22%, var(--ground)); }
.bar.completed { stroke: var(--link); fill: color-mix(in srgb, var(--link) 45%, var(--ground)); }
.bar.stopped { stroke: var(--alarm); fill: url(#fill-stopped); }
.bar.unknown { stroke: var(--faint); fill: url(#fill-unknown); }
.bar.other, .bar.unheld { stroke: var(--faint); fill: url(#fill-other); }
.bar.waiting, .bar.planned { stroke: var(--calm); stroke-dasharray: 4 2; fill: var(--ground); }
.bar.actual { stroke: var(--calm); fill: color-mix(in srgb, var(--calm) 22%, var(--ground)); }
.hatch { stroke: var(--faint); stroke-width: 1.5; fill: none; }
.hatch.stopped { stroke: var(--alarm); stroke-width: 1; }
.dot { fill: var(--faint); }
.mark { stroke: var(--link); stroke-width: 1.75; fill: var(--ground); }
.mark.actual, .mark.filled { fill: var(--link); }
.mark.change { stroke: var(--loud); fill: var(--loud); }
.mark.paper { stroke: var(--judge); fill: var(--judge); }
.mark.printed { stroke: var(--judge); }
.median { stroke: var(--text); stroke-width: 2.5; }
ul.plot-key { list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding: 0; font-size: .875rem; }
ul.plot-key li { display: flex; align-items: center; gap: .4rem; }
.swatch { flex: none; }
.scroll { overflow-x: auto; }
.data table { display: table; width: auto; min-width: min(100%, 30rem); table-layout: auto; overflow-wrap: normal; }
.data thead { display: table-header-group; position: static; width: auto; height: auto; overflow: visible; clip-path: none; white-space: normal; }
.data thead th { position: static; }
.data tbody { display: table-row-group; }
.data tbody th { font-weight: normal; }
.data tbody tr > * { border-top: 1px solid var(--line); }
.data .day { white-space: nowrap; }
.data .number { text-align: right; font-variant-numeric: tabular-nums; }
@media screen and (max-width: 50rem) {
  svg.plot.wide { display: none; }
  svg.plot.narrow { display: block; }
}
@media print {
  figure.plot { max-width: none; }
  figcaption { break-inside: avoid; break-after: avoid; }
  svg.plot { break-inside: avoid; max-width: 17cm; max-height: 14.5cm; }
  .axis line, .rule { stroke-width: .5; }
  ul.plot-key { break-before: avoid; }
  .data tr { break-inside: avoid; }
  .hatch, .hatch.stopped { stroke: #000; }
  .dot { fill: #000; }
  .scroll { overflow: visible; }
}
</style>`;

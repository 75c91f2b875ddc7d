"""How the page looks: the palette of the program, light, dark and on paper; no script, nothing from elsewhere."""

from __future__ import annotations

from trayapp.core import colours
from trayapp.core.colours import Scheme


def _of(scheme: Scheme, *, band: str, stub: str) -> dict[str, str]:
    """The program's own colours, and two of the report's: paper wants a stub that is less pale."""
    return {
        "ground": scheme.ground,
        "raised": scheme.raised,
        "line": scheme.line,
        "stub": stub,
        "ink": scheme.ink,
        "soft": scheme.soft,
        "accent": scheme.accent,
        "band": band,
        "up": scheme.up,
        "degraded": scheme.degraded,
        "down": scheme.down,
        "held": scheme.paused,
        "unknown": scheme.unknown,
        "degraded-text": scheme.degraded_text,
        "down-text": scheme.down_text,
    }


LIGHT = _of(colours.LIGHT, band="#d5e1f6", stub="#d4d4d1")
DARK = _of(colours.DARK, band="#2a3650", stub="#45484d")


def _properties(chosen: dict[str, str]) -> str:
    return ";".join(f"--{name}:{colour}" for name, colour in chosen.items())


STYLE = f""":root{{color-scheme:light dark;{_properties(LIGHT)}}}
@media (prefers-color-scheme:dark){{@media screen{{:root{{{_properties(DARK)}}}}}}}
*{{box-sizing:border-box}}
html{{-webkit-text-size-adjust:100%;scroll-behavior:smooth}}
body{{margin:0;background:var(--ground);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",Inter,Roboto,"Noto Sans","DejaVu Sans",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}}
main,header,footer{{max-width:1080px;margin:0 auto;padding:0 28px}}
header{{padding-top:44px}}
h1{{font-size:30px;line-height:1.2;font-weight:600;letter-spacing:-.01em;margin:0}}
h2{{font-size:22px;line-height:1.25;font-weight:600;margin:0}}
h2.few{{-webkit-line-clamp:4}}
h3{{font-size:15px;font-weight:600;margin:28px 0 8px}}
p{{margin:0}}
a{{color:inherit;text-decoration:none}}
a:hover{{text-decoration:underline;text-decoration-color:var(--soft);text-underline-offset:3px}}
:focus-visible{{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}}
.away{{position:absolute}}
.soft,small{{color:var(--soft)}}
small{{font-size:13px}}
.when{{margin-top:6px;color:var(--soft)}}
.summary{{margin:24px 0 0;font-size:19px;line-height:1.45;max-width:900px;text-wrap:pretty}}
.summary+.summary{{margin-top:6px;font-size:15px;color:var(--soft)}}
.shape{{width:1.25em;height:1.25em;flex:none;vertical-align:-.25em}}
.up{{fill:var(--up)}}.degraded{{fill:var(--degraded)}}.down{{fill:var(--down)}}.held{{fill:var(--held)}}
.unknown{{fill:var(--stub)}}.ring{{stroke:var(--unknown)}}.edged{{stroke:var(--degraded)}}
.told-down{{color:var(--down-text)}}.told-degraded{{color:var(--degraded-text)}}
.legend{{display:flex;flex-wrap:wrap;gap:4px 22px;margin:20px 0 0;padding:0;list-style:none;
font-size:13px;color:var(--soft)}}
.legend li{{display:flex;align-items:center;gap:7px}}
.legend .shape{{width:15px;height:15px}}.legend .stub{{width:12px;height:5px;background:var(--stub)}}
table{{border-collapse:collapse;width:100%;text-align:left}}
th{{font-weight:500;font-size:13px;color:var(--soft);vertical-align:bottom;padding:0 20px 8px 0}}
td,tbody th{{padding:11px 20px 11px 0;border-top:1px solid var(--line);vertical-align:middle}}
th:last-child,td:last-child{{padding-right:0}}
.n{{text-align:right;white-space:nowrap}}
.all{{margin-top:36px}}
.all tbody th{{font-size:15px;color:var(--ink);width:28%}}
.all tbody th>span{{display:flex;gap:12px;align-items:flex-start}}
.all tbody th .shape{{width:21px;height:21px;margin-top:1px}}
.all td small{{display:block}}
.all .lane{{width:27%}}
.few{{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}}
.blind{{margin-top:14px;color:var(--soft)}}
svg.strip{{display:block;width:100%;height:30px}}
section{{margin-top:56px;padding-top:40px;border-top:1px solid var(--line)}}
.name{{display:flex;gap:14px;align-items:flex-start}}
.name .shape{{width:34px;height:34px;margin-top:3px}}
.tiles{{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:14px;margin-top:22px}}
dl.tile{{margin:0;background:var(--raised);border:1px solid var(--line);border-radius:12px;padding:13px 16px 14px}}
.tile dt{{font-size:14px;color:var(--soft)}}
.tile dd{{margin:0;font-size:13px;line-height:1.4;color:var(--soft)}}
.tile dd.big{{font-size:24px;line-height:1.35;font-weight:600;color:var(--ink);white-space:nowrap}}
.tile dd.big.told-down{{color:var(--down-text)}}
.chart{{--high:170px;display:grid;grid-template-columns:76px 1fr;margin:36px 0 0;font-size:13px;color:var(--soft)}}
.chart .ys{{position:relative}}
.chart .ys>*{{position:absolute;right:12px;transform:translateY(50%);white-space:nowrap}}
.chart .ys .lane-name{{left:0;right:auto;top:8px;transform:none}}
.plot{{position:relative}}
.plot svg{{display:block;width:100%;overflow:visible}}
.plot svg.strip{{height:32px}}.plot svg.took{{height:var(--high);margin-top:26px}}
.flagged svg.took{{margin-top:calc(26px + 22px*var(--flags))}}
.rule{{stroke:var(--line);vector-effect:non-scaling-stroke}}
.band{{fill:var(--band)}}
.median{{fill:none;stroke:var(--accent);stroke-width:2;stroke-linejoin:round;vector-effect:non-scaling-stroke}}
.limit{{stroke:var(--degraded);stroke-dasharray:6 4;stroke-width:1.5;vector-effect:non-scaling-stroke}}
.limit-name{{position:absolute;left:6px;transform:translateY(50%);padding-bottom:22px;color:var(--degraded-text)}}
.flag{{position:absolute;top:-8px;bottom:0;width:0;border-left:1.5px solid var(--ink);color:var(--ink)}}
.flag b{{position:absolute;top:calc(46px + 22px*var(--row));left:-1px;padding-left:15px;font-weight:500;
white-space:nowrap;max-width:240px;overflow:hidden;text-overflow:ellipsis;line-height:20px}}
.flag b:before{{content:"";position:absolute;left:0;top:4px;border:6px solid transparent;border-left:10px solid;
border-right:0}}
.flag.late b{{left:auto;right:-1px;padding:0 15px 0 0}}
.flag.late b:before{{left:auto;right:0;border:6px solid transparent;border-right:10px solid;border-left:0}}
.xs{{grid-column:2;position:relative;height:26px}}
.xs span{{position:absolute;top:6px;white-space:nowrap}}
.none{{grid-column:2;padding-top:14px}}
figcaption{{grid-column:1/-1;font-size:13px;margin-top:8px}}
.incidents{{list-style:none;margin:0;padding:0;background:var(--raised);border:1px solid var(--line);
border-radius:12px}}
.incidents>li{{padding:12px 18px;display:grid;grid-template-columns:13.5em 6.5em 1fr;gap:0 14px}}
.incidents>li+li{{border-top:1px solid var(--line)}}
.incidents .more{{display:block;color:var(--soft)}}
.incidents details{{grid-column:3}}
.void{{text-decoration:line-through;text-decoration-color:var(--soft)}}
pre{{margin:8px 0 4px;font:12.5px/1.55 ui-monospace,"Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;
white-space:pre-wrap;overflow-wrap:anywhere}}
summary{{cursor:pointer;color:var(--soft);font-size:13px;width:fit-content}}
.days{{margin-top:22px}}
.days table{{margin-top:10px;font-size:13px}}
.days td,.days tbody th{{padding:4px 12px 4px 0}}
.days td:last-child{{padding-right:0}}
.days tbody th{{color:var(--ink);font-weight:400;white-space:nowrap}}
.days .scroll{{overflow-x:auto}}
.plain{{margin:0;padding:0;list-style:none}}
footer{{margin-top:64px;padding-top:24px;padding-bottom:48px;font-size:13px;color:var(--soft)}}
footer p{{max-width:62em;margin-bottom:8px}}
@media (max-width:720px){{
.flag b{{max-width:34vw}}
main,header,footer{{padding-left:16px;padding-right:16px}}
header{{padding-top:28px}}h1{{font-size:25px}}.summary{{font-size:17px}}
.all thead{{position:absolute;clip-path:inset(50%)}}
.all tr{{display:grid;grid-template-columns:1fr auto;gap:4px 12px;padding:14px 0;border-top:1px solid var(--line)}}
.all tbody th,.all td{{border:0;padding:0;width:auto}}
.all .lane{{grid-column:1/-1;order:3;width:auto}}
.all .rest{{grid-column:1/-1;order:4;font-size:13px;color:var(--soft);text-align:left;white-space:normal}}
.all .rest:before{{content:attr(data-of) " "}}.all .rest small{{display:inline}}.all .rest small:before{{content:" · "}}
.all .nil{{display:none}}
.tiles{{grid-template-columns:repeat(2,minmax(0,1fr));gap:10px}}.tile{{padding:10px 12px}}.tile dd.big{{font-size:20px}}
.chart{{grid-template-columns:50px 1fr}}.chart .ys .lane-name{{display:none}}
.chart .ys>*{{right:8px}}.xs span:nth-child(even){{display:none}}
.incidents>li{{grid-template-columns:1fr auto;padding:12px 14px}}.incidents .what,.incidents details{{grid-column:1/-1}}
}}
@page{{size:A4;margin:14mm 14mm 16mm}}
@media print{{
:root{{color-scheme:light}}
*{{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
body{{font-size:9.5pt;background:#fff}}
small,th,.tile dt,.tile dd,.chart,.legend,footer{{font-size:8.2pt}}.tile dd.big{{font-size:15pt}}
.all tbody th{{font-size:9.5pt}}td,tbody th{{padding-top:6px;padding-bottom:6px}}.chart{{--high:130px}}
main,header,footer{{max-width:none;padding:0}}
section{{margin-top:26pt;padding-top:20pt}}
.whole,.incidents>li,tr{{break-inside:avoid}}
h2,h3,thead{{break-after:avoid}}
.days{{display:none}}
.incidents details::details-content{{content-visibility:visible;block-size:auto}}
.summary{{font-size:12pt}}.summary+.summary{{font-size:9.5pt}}
}}"""

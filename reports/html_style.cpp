#include "reports/html_style.hpp"

namespace akstwin {

std::string_view report_css() {
  return R"css(
:root{--page:#f4f6f9;--card:#fff;--ink:#16202e;--soft:#566273;--rule:#dfe4ea;--accent:#1f5fbf;--pass:#12704a;--pass-bg:#e3f4ec;--fail:#a8201a;--fail-bg:#fbe7e5;
--open:#805300;--open-bg:#fbf0d9;--c0:#2a6fdb;--c1:#e08a1e;--c2:#17957a;--c3:#8a5cd6;--c4:#c8386f;--c5:#7b8794;--c6:#5aa7c9;--c7:#a3893a}
@media (prefers-color-scheme:dark){:root{--page:#10151c;--card:#182029;--ink:#e7ecf2;--soft:#9aa7b6;--rule:#2b3542;--accent:#79aef7;--pass:#6fd3a5;--pass-bg:#123426;
--fail:#ff9a92;--fail-bg:#43201d;--open:#f0c36a;--open-bg:#3a2f16;--c0:#6ba3f5;--c1:#f0ac57;--c2:#4cc3a7;--c3:#b394ef;--c4:#ec7ba4;--c5:#94a1af;--c6:#83c8e6;--c7:#cdb56a}}
*{box-sizing:border-box}
html{color-scheme:light dark;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
main,header,footer{max-width:1120px;margin:0 auto;padding:0 24px}
header{padding-top:32px}
h1{font-size:26px;line-height:1.2;margin:0 0 4px;letter-spacing:-.01em}
h2{font-size:20px;margin:0 0 6px;letter-spacing:-.005em}
h3{font-size:14px;margin:26px 0 8px;font-weight:650}
.question{color:var(--soft);margin:0 0 18px}
.answer{font-size:18px;line-height:1.45;margin:0 0 16px;font-weight:550}
section .answer{font-size:16px;margin-bottom:8px}
.banner{display:flex;gap:12px;align-items:baseline;border-radius:8px;padding:12px 16px;margin:0 0 18px;font-weight:550}
.banner b{text-transform:uppercase;letter-spacing:.06em;font-size:12px}
.pass{color:var(--pass);background:var(--pass-bg)}.fail{color:var(--fail);background:var(--fail-bg)}.open{color:var(--open);background:var(--open-bg)}
.badge{display:inline-block;border-radius:999px;padding:1px 9px;font-size:12px;font-weight:650;white-space:nowrap}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(215px,1fr));gap:12px;margin:0 0 20px;padding:0;list-style:none}
.tiles li{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:12px 14px}
.tiles span{display:block;color:var(--soft);font-size:12.5px}
.tiles strong{display:block;font-size:23px;line-height:1.25;letter-spacing:-.01em;margin:2px 0}
nav{margin:0 0 18px;display:flex;flex-wrap:wrap;gap:4px 18px;border-bottom:1px solid var(--rule);padding-bottom:10px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
section{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:22px 24px;margin:0 0 20px}
p{margin:8px 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{color:var(--soft);font-weight:600;font-size:12.5px;text-align:left;vertical-align:bottom;border-bottom:1px solid var(--rule);padding:5px 14px 5px 0}
td{border-bottom:1px solid var(--rule);padding:6px 14px 6px 0;vertical-align:top;overflow-wrap:break-word}
td:first-child,td.n{white-space:nowrap}
td:not(.r):not(.n):not(:first-child){min-width:230px}
th:last-child,td:last-child{padding-right:0}
tr:last-child td{border-bottom:0}
.r{text-align:right}td.r{white-space:nowrap}
table.narrow{width:auto;min-width:min(460px,100%)}
tr.total td{font-weight:650;border-top:2px solid var(--rule)}
figure{margin:22px 0 8px;break-inside:avoid}
figure h3{margin:0}
figcaption{color:var(--soft);margin:0 0 6px}
svg{width:100%;height:auto;display:block;overflow:visible}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px;list-style:none;margin:0 0 6px;padding:0;font-size:12.5px;color:var(--soft)}
.legend i{display:inline-block;width:12px;height:12px;border-radius:3px;margin-right:6px;vertical-align:-1px}
.grid{stroke:var(--rule);stroke-width:1}.axis{stroke:var(--soft);stroke-width:1}
.tick{fill:var(--soft);font-size:12px;text-anchor:middle}.tick.end{text-anchor:end}.tick.unit{text-anchor:start}
.label{fill:var(--ink);font-size:13px}.label.end{text-anchor:end}.muted{fill:var(--soft)}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.area{fill-opacity:.32;stroke:none}
.d1{stroke-dasharray:7 3}.d2{stroke-dasharray:2 3}
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}.f5{fill:var(--c5)}.f6{fill:var(--c6)}.f7{fill:var(--c7)}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1)}.s2{stroke:var(--c2)}.s3{stroke:var(--c3)}.s4{stroke:var(--c4)}.s5{stroke:var(--c5)}.s6{stroke:var(--c6)}.s7{stroke:var(--c7)}
.b0{background:var(--c0)}.b1{background:var(--c1)}.b2{background:var(--c2)}.b3{background:var(--c3)}.b4{background:var(--c4)}.b5{background:var(--c5)}.b6{background:var(--c6)}.b7{background:var(--c7)}
details{margin:10px 0}
summary{cursor:pointer;color:var(--accent);font-size:13.5px}
details[open] summary{margin-bottom:6px}
.notes{font-size:13.5px;color:var(--soft);padding-left:18px;margin:6px 0}
.notes li{margin:3px 0}
.warning{color:var(--open)}
footer{color:var(--soft);font-size:12.5px;padding-bottom:40px}
@media (max-width:640px){main,header,footer{padding:0 12px}section{padding:16px 14px}}
@media print{:root{--page:#fff;--card:#fff;--ink:#000;--soft:#444;--rule:#ccc}body{font-size:11px}section{border:0;padding:0;break-inside:auto}nav{display:none}
details:not([open])>*:not(summary){display:none}table{font-size:10px}h2{break-after:avoid}tr{break-inside:avoid}}
)css";
}

}  // namespace akstwin

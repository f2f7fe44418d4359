#include "apps/report/page/page_style.hpp"

namespace roiflow::page {

// Colours of series: blue, vermilion and green of Okabe and Ito's palette (Color Universal Design),
// lightened for the dark scheme; lines differ by their dashes as well.
std::string_view style_sheet() {
  return R"(
:root{color-scheme:light dark;--fg:#1b1f24;--soft-fg:#59636e;--bg:#fff;--soft:#f4f6f8;--line:#dce1e6;--grid:#e8ecf0;--s1:#0072b2;--s2:#d55e00;--s3:#00805d;--s4:#b9c2cb;--heat:#0072b2;--on:#fff;--link:#0a5fa8;--bad:#b3261e;--bad-bg:#fdf0ee;--cell:#dcebf7}
@media screen and (prefers-color-scheme:dark){:root{--fg:#e4e8ec;--soft-fg:#9aa5b1;--bg:#14171a;--soft:#1d2126;--line:#343b43;--grid:#272d34;--s1:#56b4e9;--s2:#f2935c;--s3:#3fc79a;--s4:#505a65;--heat:#56b4e9;--on:#0d1013;--link:#79bdf2;--bad:#ff9a8f;--bad-bg:#33201e;--cell:#1f3a50}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
body{font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;color:var(--fg);background:var(--bg);margin:0;font-variant-numeric:tabular-nums}
a{color:var(--link)}
.page{max-width:80rem;margin:0 auto;padding:1.5rem 1.25rem 4rem}
main{min-width:0}
h1{font-size:1.6rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.2rem;margin:0 0 .7rem;padding-top:1.1rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.4rem 0 .5rem}
section{margin-top:2.4rem}
p{margin:.4rem 0 .8rem;max-width:46rem}
.sub,.note{color:var(--soft-fg)}.sub{margin:.2rem 0 1.2rem;overflow-wrap:anywhere}.note{font-size:.86rem;margin:.3rem 0 .5rem}
.warn{background:var(--bad-bg);color:var(--bad);border-left:3px solid var(--bad);padding:.6rem .9rem;border-radius:0 .3rem .3rem 0;max-width:none}
nav ul{list-style:none;margin:0;padding:0}nav a{color:var(--soft-fg);text-decoration:none;display:block;padding:.18rem .7rem}
nav a:hover,nav a.here{color:var(--fg)}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:.75rem}
.card{background:var(--soft);border-radius:.5rem;padding:.75rem 1rem;color:var(--soft-fg);font-size:.86rem;line-height:1.35}
.card b{display:block;font-size:1.65rem;line-height:1.3;font-weight:600;color:var(--fg);letter-spacing:-.01em;overflow-wrap:anywhere}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,var(--min)),1fr));gap:1.2rem 1.6rem;align-items:start}
figure{margin:0 0 .6rem;min-width:0}figcaption{font-weight:600;font-size:.9rem;margin-bottom:.25rem;overflow-wrap:anywhere}
figcaption small{font-weight:400;color:var(--soft-fg);margin-left:.35em;white-space:nowrap}
figure.mini figcaption{display:flex;justify-content:space-between;font-size:.84rem}figure.mini figcaption span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
table{border-collapse:collapse;font-size:.9rem}
th,td{padding:.26rem .7rem;text-align:right;border-bottom:1px solid var(--grid);vertical-align:top}
th{font-weight:600;color:var(--soft-fg);border-bottom-color:var(--line);white-space:nowrap;background:var(--bg)}
.l{text-align:left}td:first-child,th:first-child{padding-left:.2rem}
tbody tr:hover td{background:var(--soft)}
td.l{overflow-wrap:anywhere;min-width:6rem}#images td.l{min-width:10rem}
details{margin:.4rem 0 1rem}summary{cursor:pointer;color:var(--link);padding:.2rem 0}details[open] summary{margin-bottom:.6rem}
.scroll{overflow-x:auto;margin:.3rem 0 1rem}
.v{display:block;margin:-.26rem -.7rem;padding:.26rem .7rem;background:linear-gradient(var(--cell),var(--cell)) 0/var(--v) 100% no-repeat;min-width:6.5rem}
.sort th{cursor:pointer;user-select:none}.sort th[aria-sort]{color:var(--fg)}
.sort th[aria-sort=ascending]::after{content:" \2191"}.sort th[aria-sort=descending]::after{content:" \2193"}
th:focus-visible,a:focus-visible{outline:2px solid var(--link);outline-offset:-2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86rem}
pre{background:var(--soft);padding:.7rem .9rem;border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0 1rem}
svg{display:block;width:100%;height:auto;font-size:11px}
svg text{fill:var(--soft-fg)}svg .mid{text-anchor:middle}svg .end{text-anchor:end}svg .label{fill:var(--fg)}
.grid-line,path.grid{stroke:var(--grid);fill:none}.axis{stroke:var(--soft-fg);stroke-opacity:.5;fill:none}
path.mark{stroke:var(--soft-fg);stroke-dasharray:2 3;fill:none}
polyline{fill:none;stroke-width:2;stroke-linejoin:round}polyline.s1{stroke:var(--s1)}polyline.s2{stroke:var(--s2);stroke-dasharray:7 3}polyline.s3{stroke:var(--s3);stroke-dasharray:2.5 2.5}
.small polyline{stroke-width:1.7}.small{font-size:10px}
circle{stroke:var(--bg);stroke-width:1.5}circle.ring{fill:var(--bg);stroke:var(--fg);stroke-width:1.5}rect.s1,circle.s1,g.s1 circle{fill:var(--s1)}rect.s2,circle.s2,g.s2 circle{fill:var(--s2)}rect.s3,circle.s3{fill:var(--s3)}rect.s4{fill:var(--s4)}
g.s1 .range{stroke:var(--s1)}g.s2 .range{stroke:var(--s2)}.range{stroke-width:1.5}
rect:not(.frame,.back,.hit):hover{filter:brightness(1.12)}
.frame{fill:transparent}.hit{fill:transparent}.hit:hover{stroke:var(--fg)}.back{fill:none;stroke:var(--line)}
.heat{fill:var(--heat)}.heat.same{stroke:var(--soft-fg);stroke-opacity:.35}svg.map text.on{fill:var(--on)}svg.map g text{fill:var(--fg)}svg.map g text.on{fill:var(--on)}
svg.fine{font-size:7px;min-width:34rem}
.key{margin:.2rem 0 .5rem;font-size:.86rem;color:var(--soft-fg)}.key span{margin-right:1.1rem}
.key i{display:inline-block;width:.85rem;height:.6rem;border-radius:.12rem;margin-right:.4rem}i.s1{background:var(--s1)}i.s2{background:var(--s2)}i.s3{background:var(--s3)}i.s4{background:var(--s4)}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.4rem}.pair div{font-size:.8rem;color:var(--soft-fg)}.pair img{width:100%;height:auto;display:block;border-radius:.25rem}
#tip{position:fixed;z-index:9;pointer-events:none;background:var(--fg);color:var(--bg);font-size:.8rem;line-height:1.4;padding:.35rem .6rem;border-radius:.3rem;white-space:pre;display:none}
.cross{stroke:var(--soft-fg);stroke-dasharray:3 3}
footer{margin-top:3rem;color:var(--soft-fg);font-size:.86rem}
@media(max-width:63.99rem){nav{border-bottom:1px solid var(--line);margin-bottom:1.2rem;padding-bottom:.7rem}nav ul{display:flex;flex-wrap:wrap}nav a{padding:.1rem .7rem .1rem 0}}
@media(min-width:64rem){.page{display:grid;grid-template-columns:11.5rem minmax(0,1fr);gap:2.5rem}nav{position:sticky;top:1.5rem;align-self:start;max-height:calc(100vh - 3rem);overflow:auto;font-size:.9rem}nav a{border-left:2px solid var(--line)}nav a.here{border-left-color:var(--link)}.scroll{overflow:visible}thead th{position:sticky;top:0;z-index:1}}
@media(max-width:40rem){body{font-size:14px}.page{padding:1rem .8rem 3rem}th,td{padding:.24rem .45rem}.v{margin:-.24rem -.45rem;padding:.24rem .45rem;min-width:4.5rem}}
@media print{@page{margin:14mm}body{font-size:10pt}.page{display:block;max-width:none;padding:0}nav,#tip{display:none!important}a{color:inherit;text-decoration:none}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}h2,h3,figcaption,p.note,section>p{break-after:avoid}tr,p,figure,.card,.overlay,table:not(.long){break-inside:avoid}#images td.l{min-width:6rem}.grid{grid-template-columns:repeat(auto-fill,minmax(min(100%,calc(var(--min)*.75)),1fr))}.card{padding:.4rem .7rem}.card b{font-size:1.15rem}thead{display:table-header-group}thead th{position:static}.scroll{overflow:visible}section{margin-top:1.4rem}.cards{grid-template-columns:repeat(4,1fr)}table{font-size:8.5pt}th,td{padding:.15rem .4rem}.v{margin:-.15rem -.4rem;padding:.15rem .4rem;min-width:0}}
)";
}

std::string_view script() {
  return R"JS(
(function () {
  'use strict';
  function number(cell) {
    var text = cell.textContent.replace(/[\s\u202f]/g, '');
    var value = parseFloat(text);
    return isNaN(value) ? (/\d/.test(text) ? NaN : -Infinity) : value;
  }
  function sort(head) {
    var table = head.closest('table'), body = table.tBodies[0];
    var down = head.getAttribute('aria-sort') !== 'descending', at = head.cellIndex;
    var words = head.classList.contains('l');
    if (words) down = head.getAttribute('aria-sort') === 'ascending';
    table.querySelectorAll('th').forEach(function (th) { th.removeAttribute('aria-sort'); });
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    Array.from(body.rows).sort(function (a, b) {
      var x = a.cells[at], y = b.cells[at];
      var order = words ? x.textContent.localeCompare(y.textContent) : number(x) - number(y);
      return down ? -order : order;
    }).forEach(function (row) { body.appendChild(row); });
  }
  document.querySelectorAll('table.sort th').forEach(function (head) {
    head.tabIndex = 0;
    head.addEventListener('click', function () { sort(head); });
    head.addEventListener('keydown', function (event) {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); sort(head); }
    });
  });

  var tip = document.createElement('div');
  tip.id = 'tip';
  document.body.appendChild(tip);
  function height(line, x) {
    var p = line.points, n = p.numberOfItems;
    for (var i = 1; i < n; i++) {
      var a = p.getItem(i - 1), b = p.getItem(i);
      if (x >= a.x && x <= b.x) {
        return b.x > a.x ? a.y + (b.y - a.y) * (x - a.x) / (b.x - a.x) : b.y;
      }
    }
    return null;
  }
  document.querySelectorAll('svg.lines').forEach(function (svg) {
    var frame = svg.querySelector('.frame'), lines = svg.querySelectorAll('polyline');
    var left = +frame.getAttribute('x'), top = +frame.getAttribute('y');
    var width = +frame.getAttribute('width'), tall = +frame.getAttribute('height');
    lines.forEach(function (line) { line.querySelector('title').remove(); });
    var cross = document.createElementNS(svg.namespaceURI, 'path');
    cross.setAttribute('class', 'cross');
    svg.insertBefore(cross, frame);
    svg.addEventListener('pointermove', function (event) {
      var place = svg.getScreenCTM();
      if (!place) return;
      var x = (event.clientX - place.e) / place.a;
      if (x < left || x > left + width) { hide(); return; }
      cross.setAttribute('d', 'M' + x.toFixed(1) + ' ' + top + 'v' + tall);
      var text = frame.dataset.x + ' ' + ((x - left) / width).toFixed(2);
      lines.forEach(function (line) {
        var y = height(line, x);
        if (y === null) return;
        text += '\n' + line.dataset.name + ': ' + frame.dataset.y + ' ' +
          ((top + tall - y) / tall).toFixed(3);
      });
      tip.textContent = text;
      tip.style.display = 'block';
      var room = window.innerWidth - tip.offsetWidth - 8;
      tip.style.left = Math.max(4, Math.min(event.clientX + 14, room)) + 'px';
      tip.style.top = Math.max(4, event.clientY - tip.offsetHeight - 12) + 'px';
    });
    function hide() { tip.style.display = 'none'; cross.removeAttribute('d'); }
    svg.addEventListener('pointerleave', hide);
  });

  if ('IntersectionObserver' in window) {
    var links = {};
    document.querySelectorAll('nav a').forEach(function (a) { links[a.hash.slice(1)] = a; });
    var seen = {};
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) { seen[entry.target.id] = entry.isIntersecting; });
      var first = Object.keys(links).find(function (id) { return seen[id]; });
      if (!first) return;
      Object.keys(links).forEach(function (id) { links[id].classList.toggle('here', id === first); });
    }, { rootMargin: '0px 0px -70% 0px' });
    document.querySelectorAll('section[id]').forEach(function (s) { watch.observe(s); });
  }
})();
)JS";
}

}  // namespace roiflow::page

/**
 * Style of the HTML report: the light theme of the app, legible on paper, colour only as state and never alone. What a host printed stands in its own order:
 * letters that run from right to left would take ports and addresses beside them along.
 */
export const reportStyle = `
:root{--ink:#17181b;--ink-2:#50545c;--line:#e7e7ea;--inset:#f7f7f8}
*{box-sizing:border-box}
body{margin:0 auto;padding:32px;max-width:1240px;background:#fff;color:var(--ink);font:13px/20px Inter,system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:18px;line-height:24px}h2{font-size:16px;line-height:24px;margin:32px 0 4px;border-top:1px solid var(--line);padding-top:24px}h3{font-size:13px;margin:20px 0 0}
small,.meta,.why,figcaption{color:var(--ink-2)}small,.meta,figcaption{font-size:12px;font-weight:400}
p{margin:4px 0;max-width:88ch}a{color:inherit}
code,pre{font:12px/20px "JetBrains Mono",ui-monospace,monospace;overflow-wrap:anywhere}:is(code,pre),pre *{unicode-bidi:isolate-override}
.scroll{overflow-x:auto;margin-bottom:16px}table{border-collapse:collapse}th,td{padding:4px 8px;border-top:1px solid var(--line);text-align:left;white-space:nowrap}
td:nth-child(2),.rules td,.matrix thead th{white-space:normal}.matrix :is(th,td){padding:4px}.matrix .chip{padding:0 4px;font-size:11px}.matrix td:nth-child(2){min-width:200px}.matrix thead th:nth-child(n+3){min-width:84px}.matrix :is(code,th:first-child){white-space:nowrap}.rules .chip{white-space:nowrap}.area th{background:var(--inset);color:var(--ink-2);font-weight:500}
.reviewed{width:100%;table-layout:fixed;margin:6px 0 12px}.reviewed :is(th,td){white-space:normal;overflow-wrap:anywhere;vertical-align:top}.reviewed :is(th,td):is(:nth-child(1),:nth-child(2),:nth-child(6)){width:14%}.reviewed :is(th,td):nth-child(3){width:30%}.reviewed :is(th,td):nth-child(4){width:12%}.reviewed time{white-space:nowrap}
article,.quiet{margin:0}.quiet details{border-top:1px solid var(--line);padding:3px 0}.quiet summary{cursor:pointer}.quiet summary code{font-size:11px}
.hosts :is(th,td):nth-child(n+3){text-align:right}.hosts td,.commands td:last-child{font-variant-numeric:tabular-nums}.hosts{width:100%}.hosts tbody th{min-width:88px}.hosts thead th{overflow-wrap:normal;hyphens:none}.hosts thead th,.hosts td:nth-child(2),.commands td,.urgent td{white-space:normal}.hosts tfoot :is(th,td){font-weight:600}.commands{width:100%}.commands td{vertical-align:top}.digest{color:var(--ink-2)}
.chip{display:inline-block;padding:0 6px;border-radius:4px;font-size:12px;line-height:20px;font-weight:500}
.fail{background:#fdecec;color:#c2242d;font-weight:600;box-shadow:inset 0 0 0 1px #d42b3594}.warning{background:#fcf2dd;color:#8a5600}
.needs-attestation{background:#eaf2fd;color:#1b5dbd}.waived{background:#f2edfc;color:#6a3fc0}.pass{color:#14754a}
.not-evaluated{color:#5b5f67;outline:1px dashed #d2d3d8}.not-applicable{color:#62666e}
.failure,.hint{padding:6px 10px;border-radius:6px;background:var(--inset)}
figure{margin:8px 0;border:1px solid var(--line);border-radius:6px;background:var(--inset);break-inside:avoid}
figcaption{padding:4px 12px;border-bottom:1px solid var(--line)}pre{margin:0;padding:4px 0;white-space:pre-wrap}
.line{display:block;padding:0 12px 0 48px;text-indent:-36px}.line i{display:inline-block;width:24px;margin-right:12px;text-indent:0;text-align:right;font-style:normal;color:var(--ink-2);font-size:11px}
.marked{background:#fde6e6;box-shadow:inset 2px 0 #c2242d}.marked b{font:500 12px/18px Inter,system-ui,sans-serif;color:#c2242d}
@page{margin:16mm}
@media print{h2,h2+p,h3,.meta,figcaption,p:has(+figure){break-after:avoid}body{padding:0;max-width:none;font-size:11px;line-height:16px;print-color-adjust:exact}h3{font-size:12px}small,.meta,figcaption{font-size:10px}code,pre{font-size:10px;line-height:15px}.marked b{font-size:10px;line-height:14px}a{text-decoration:none}tr{break-inside:avoid}.scroll{overflow:visible}
h2{margin-top:14px;padding-top:10px}:is(section>h2,.sheet){break-before:page;border-top:0;padding-top:0;margin-top:0}.again,.quiet summary::marker{display:none}.quiet{columns:2;column-gap:16px}.quiet summary{list-style:none;break-inside:avoid}.quiet details{padding:1px 0;break-inside:avoid}.quiet :is(small,code),.commands code{font-size:9px;line-height:13px}:is(.hosts,.urgent,.commands) :is(th,td){padding:2px 4px;font-size:10px;line-height:14px}h3{margin-top:12px}p{margin:2px 0}figure{margin:4px 0}pre{padding:2px 0}figcaption{padding:1px 12px}.failure,.hint{padding:2px 10px}
.matrix{width:100%;margin-bottom:12px;table-layout:fixed}.matrix :is(th,td){padding:3px 4px;font-size:10px;line-height:14px;white-space:normal;overflow-wrap:anywhere}
.matrix thead th:first-child{width:52px}.matrix thead th:nth-child(2){width:27%}.matrix :is(td,thead th):nth-child(n){min-width:0}.matrix .chip{padding:0 3px;font-size:9px;line-height:14px}}
`

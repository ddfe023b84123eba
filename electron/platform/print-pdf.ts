import type { BrowserWindowConstructorOptions, PrintToPDFOptions, Session } from 'electron'

/** What of Electron it takes. */
export interface PrintParts {
  /** An empty session in memory, for this one page. */
  readonly session: () => Pick<Session, 'protocol' | 'webRequest' | 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>
  readonly open: (options: BrowserWindowConstructorOptions) => {
    loadURL(url: string): Promise<void>
    readonly webContents: { printToPDF(options: PrintToPDFOptions): Promise<Buffer> }
    destroy(): void
  }
  /** Scheme and host that pages of this program have. */
  readonly origin: string
}

const footer =
  '<div style="width:100%;padding:0 16mm;font:8px sans-serif;color:#50545c;text-align:right">Page <span class="pageNumber"></span> of <span class="totalPages"></span></div>'

/**
 * A page as a PDF with text, tags, bookmarks and page numbers. It is shown to nobody, runs no script, and whatever it asks for but itself is
 * refused.
 */
export async function printPdf({ session, open, origin }: PrintParts, html: string): Promise<Buffer> {
  const url = `${origin}/print.html`
  const own = session()
  own.protocol.handle(
    new URL(url).protocol.slice(0, -1),
    () => new Response(html, { headers: { 'Content-Type': 'text/html; charset=utf-8', 'X-Content-Type-Options': 'nosniff' } }),
  )
  own.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  own.setPermissionCheckHandler(() => false)
  own.webRequest.onBeforeRequest((details, answer) => answer({ cancel: details.url !== url }))
  const window = open({
    show: false,
    webPreferences: { session: own as Session, sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false },
  })
  try {
    await window.loadURL(url)
    return await window.webContents.printToPDF({
      preferCSSPageSize: true,
      printBackground: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: footer,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    })
  } finally {
    window.destroy()
    own.protocol.unhandle(new URL(url).protocol.slice(0, -1))
  }
}

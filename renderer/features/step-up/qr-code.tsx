const QUIET = 4

/** Dark on light in both themes, with the quiet zone that readers need (ISO/IEC 18004, 6.3.8). */
export function QrCode({ rows }: { readonly rows: readonly string[] }) {
  const size = rows.length + 2 * QUIET
  const dark = rows.flatMap((row, y) => [...row].flatMap((cell, x) => (cell === '1' ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : [])))
  return (
    <svg className="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label="QR code of the secret" shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  )
}

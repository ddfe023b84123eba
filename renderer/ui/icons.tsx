import type { SVGProps } from 'react'

const frame = {
  viewBox: '0 0 24 24',
  fill: 'none',
  stroke: 'currentColor',
  strokeWidth: 2,
  strokeLinecap: 'round',
  strokeLinejoin: 'round',
} as const

/** lucide's octagon-x, filled, its glyph cut out with the colour behind it. */
export const FailIcon = ({ className = 'icon' }: SVGProps<SVGSVGElement>) => (
  <svg {...frame} aria-hidden="true" className={className}>
    <path
      fill="currentColor"
      d="M2.586 16.726A2 2 0 0 1 2 15.312V8.688a2 2 0 0 1 .586-1.414l4.688-4.688A2 2 0 0 1 8.688 2h6.624a2 2 0 0 1 1.414.586l4.688 4.688A2 2 0 0 1 22 8.688v6.624a2 2 0 0 1-.586 1.414l-4.688 4.688a2 2 0 0 1-1.414.586H8.688a2 2 0 0 1-1.414-.586z"
    />
    <path stroke="var(--knock)" strokeWidth={2.6} d="m15 9-6 6M9 9l6 6" />
  </svg>
)

/** lucide's circle-dashed as one shape instead of eight: a matrix draws it in most of its cells. */
export const UnknownIcon = ({ className = 'icon' }: SVGProps<SVGSVGElement>) => (
  <svg {...frame} aria-hidden="true" className={className}>
    <circle cx="12" cy="12" r="10" strokeDasharray="3.9 3.954" strokeDashoffset="1.95" />
  </svg>
)

/** lucide's triangle-alert, filled likewise. */
export const WarnIcon = ({ className = 'icon' }: SVGProps<SVGSVGElement>) => (
  <svg {...frame} aria-hidden="true" className={className}>
    <path fill="currentColor" d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3" />
    <path stroke="var(--knock)" strokeWidth={2.6} d="M12 9v4M12 17h.01" />
  </svg>
)

/** The sign of the program, in the colour of the text around it. */
export const GatehouseMark = () => (
  <svg {...frame} aria-hidden="true" className="icon">
    <path d="M3 21V8.5L12 3l9 5.5V21M8 21v-6a4 4 0 0 1 8 0v6M12 11v10" />
  </svg>
)

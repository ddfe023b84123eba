import type { ComponentProps, ReactNode } from 'react'
import { Keys } from './keys.tsx'

interface ButtonProps extends Omit<ComponentProps<'button'>, 'type'> {
  readonly look?: 'default' | 'primary' | 'quiet'
  readonly small?: boolean
  readonly icon?: ReactNode
  /** Chord printed inside, e.g. `r`. */
  readonly chord?: string
  /** What is missing. The button stays focusable and says so; it does nothing. */
  readonly unavailable?: string | undefined
}

/** One primary button per pane. */
export function Button({
  look = 'default',
  small = false,
  icon,
  chord,
  unavailable,
  children,
  className = '',
  onClick,
  ...rest
}: ButtonProps) {
  const blocked = unavailable !== undefined
  return (
    <button
      {...rest}
      type="button"
      className={`button ${look} ${small ? 'small' : ''} ${className}`}
      aria-disabled={blocked || undefined}
      title={unavailable}
      onClick={blocked ? undefined : onClick}
    >
      {icon}
      <span>{children}</span>
      {chord !== undefined && <Keys chord={chord} silent />}
    </button>
  )
}

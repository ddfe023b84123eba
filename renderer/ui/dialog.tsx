import { AlertDialog } from '@base-ui/react/alert-dialog'
import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ReactNode, RefObject } from 'react'
import { keepInside } from './keep-inside.ts'

interface DialogProps {
  readonly title: ReactNode
  /** State line above the title. */
  readonly status?: ReactNode
  readonly lead?: ReactNode
  readonly children?: ReactNode
  /** Buttons; the safe choice last and primary. */
  readonly foot: ReactNode
  readonly onClose: () => void
  /** Must be answered: a click outside does not close it. */
  readonly alert?: boolean
  readonly width?: 'narrow' | 'default' | 'wide'
  /** Without it the first field that is empty, else (and in an alert) the primary button, which is the safe choice. */
  readonly initialFocus?: RefObject<HTMLElement | null>
}

/** Modal: what is behind is inert, focus stays inside and returns afterwards. */
export function Dialog({ title, status, lead, children, foot, onClose, alert = false, width = 'default', initialFocus }: DialogProps) {
  const Parts = alert ? AlertDialog : BaseDialog
  return (
    <Parts.Root open onOpenChange={(open) => open || onClose()}>
      <Parts.Portal>
        <Parts.Backdrop className="scrim" />
        <Parts.Viewport className="viewport">
          <Parts.Popup onKeyDown={keepInside} className={`dialog ${width}`} initialFocus={initialFocus ?? (alert ? primary : firstToFill)}>
            <div className="dialog-body" {...(width === 'wide' ? { tabIndex: 0 } : {})}>
              {status}
              <Parts.Title>{title}</Parts.Title>
              {lead !== undefined && <Parts.Description className="dialog-lead">{lead}</Parts.Description>}
              {children}
            </div>
            <div className="dialog-foot">{foot}</div>
          </Parts.Popup>
        </Parts.Viewport>
      </Parts.Portal>
    </Parts.Root>
  )
}

const primary = () => document.querySelector<HTMLElement>('.dialog .button.primary')

/** Whoever opens a form by a key goes on typing. */
function firstToFill(): HTMLElement | null {
  const texts = document.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>('.dialog-body :is(input.input, textarea)')
  return [...texts].find(({ value }) => value === '') ?? primary()
}

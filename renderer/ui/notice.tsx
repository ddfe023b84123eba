import type { ReactNode } from 'react'

interface NoticeProps {
  readonly tone: 'fail' | 'warn' | 'plain'
  readonly status: ReactNode
  readonly children: ReactNode
  readonly actions?: ReactNode
}

/** Full width, under the toolbar; stays until the cause ends. Only a failure interrupts a reader. */
export const Notice = ({ tone, status, children, actions }: NoticeProps) => (
  <div className={`notice ${tone}`} role={tone === 'fail' ? 'alert' : 'status'}>
    {status}
    <p>{children}</p>
    {actions}
  </div>
)

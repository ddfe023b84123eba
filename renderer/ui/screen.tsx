import { Laptop, Search } from 'lucide-react'
import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { ConnectionStatus, type ConnectionWords } from './connection-status.tsx'
import { CutName } from './cut-name.tsx'
import { Keys } from './keys.tsx'
import { Notice } from './notice.tsx'
import { thisComputer } from './platform.ts'

/** A notice as data, so that screens and the app can both say what is wrong. */
export interface NoticeView {
  readonly key: string
  readonly words: ConnectionWords
  /** Printed bold before the text. */
  readonly subject?: string
  readonly text: string
  readonly actions: readonly { readonly label: string; readonly run: () => void }[]
}

/** The hops between this computer and what the screen shows. */
export interface Path {
  readonly hops: readonly string[]
  readonly words: ConnectionWords
}

interface ScreenProps {
  readonly title: ReactNode
  readonly sub?: ReactNode
  readonly actions?: ReactNode
  readonly onSearch: () => void
  readonly notices: readonly NoticeView[]
  /** Left half of the path bar: what has the focus, and keys. */
  readonly foot: ReactNode
  readonly path: Path
  readonly children: ReactNode
}

/** Toolbar, notices, the screen itself, path bar. */
export const Screen = ({ title, sub, actions, onSearch, notices, foot, path, children }: ScreenProps) => (
  <main className="main">
    <header className="toolbar" data-pane>
      <h1>{title}</h1>
      {sub !== undefined && <span className="toolbar-sub">{sub}</span>}
      <span className="spring" />
      <button type="button" className="search" onClick={onSearch}>
        <Search className="icon" aria-hidden />
        <span>Search or run a command</span>
        <Keys chord="mod+k" silent />
      </button>
      {actions}
    </header>
    {notices.map(({ key, words, subject, text, actions: buttons }) => (
      <Notice
        key={key}
        tone={words.tone === 'fail' ? 'fail' : words.tone === 'warn' ? 'warn' : 'plain'}
        status={<ConnectionStatus words={words} />}
        actions={buttons.map(({ label, run }) => (
          <Button key={label} small onClick={run}>
            {label}
          </Button>
        ))}
      >
        {subject !== undefined && <b>{subject}</b>} {text}
      </Notice>
    ))}
    <div className="screen">{children}</div>
    <footer className="path-bar">
      <div>{foot}</div>
      <div>
        <span className="route">
          <Laptop className="icon" aria-hidden />
          <span className="reader-only">Connection: </span>
          <span>{thisComputer}</span>
          {path.hops.map((hop) => (
            <span key={hop} className="contents">
              <i aria-hidden="true" />
              <CutName name={hop} />
            </span>
          ))}
        </span>
        <ConnectionStatus words={path.words} />
      </div>
    </footer>
  </main>
)

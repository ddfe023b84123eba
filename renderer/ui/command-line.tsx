import { Terminal } from 'lucide-react'
import { CopyButton } from './copy-button.tsx'
import { plainText } from './plain-text.ts'

/** A command or a line to carry elsewhere, with its copy button. */
export const CommandLine = ({ text, what }: { readonly text: string; readonly what: string }) => (
  <div className="evidence">
    <div className="command">
      <Terminal className="icon" aria-hidden />
      <code className="min-w-0 py-[5px] whitespace-pre-wrap [overflow-wrap:anywhere]">{plainText(text)}</code>
      <span className="spring" />
      <CopyButton text={text} what={what} />
    </div>
  </div>
)

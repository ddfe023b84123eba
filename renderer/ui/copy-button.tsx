import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { announce } from './announcer.ts'
import { Button } from './button.tsx'
import { copyText } from './copy-text.ts'

interface CopyButtonProps {
  readonly text: string
  /** What is copied, for readers: "the command". */
  readonly what: string
  readonly quiet?: boolean
}

/** Copies `text`, and says so for two seconds. `what` names it for screen readers. */
export function CopyButton({ text, what, quiet = true }: CopyButtonProps) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = () => {
    const done = copyText(text)
    setCopied(done)
    announce(done ? `Copied ${what}` : `Could not copy ${what}`)
  }
  return (
    <Button
      small
      look={quiet ? 'quiet' : 'default'}
      icon={copied ? <Check className="icon" aria-hidden /> : <Copy className="icon" aria-hidden />}
      onClick={copy}
      aria-label={`Copy ${what}`}
    >
      {copied ? 'Copied' : 'Copy'}
    </Button>
  )
}

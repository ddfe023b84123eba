import { useState } from 'react'
import { useSudoers } from '../../stores/queries.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { plainLines } from '../../ui/plain-text.ts'
import { Scroll } from '../../ui/scroll.tsx'
import { Segment } from '../../ui/segment.tsx'
import { Trouble } from './trouble.tsx'

/** The drop-in that lets the audit account read everything it needs, and nothing more. */
export function Sudoers() {
  const [program, choose] = useState<'sudo' | 'sudo-rs'>('sudo')
  const sudoers = useSudoers(program)
  const text = sudoers.data?.text ?? ''
  return (
    <>
      <p>
        Exact commands without wildcards, all of them read-only. Install it on each server as <code>/etc/sudoers.d/gatehouse-audit</code>,
        mode 0440, and check it with <code>visudo -c</code>. Without it, what root alone can read stays Not evaluated.
      </p>
      <Trouble error={sudoers.error} word="Not made" />
      <div className="actions">
        <Segment
          small
          label="Which sudo"
          value={program}
          options={[
            { value: 'sudo', label: 'sudo' },
            { value: 'sudo-rs', label: 'sudo-rs (Ubuntu 25.10 and later)' },
          ]}
          onChange={choose}
        />
        {text !== '' && <CopyButton text={text} what="the sudoers file" quiet={false} />}
      </div>
      {text !== '' && (
        <Scroll as="pre" className="plain-block mt-2">
          {plainLines(text, 2000).lines.join('\n')}
        </Scroll>
      )}
    </>
  )
}

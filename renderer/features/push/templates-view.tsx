import { FilePlus2 } from 'lucide-react'
import { useState } from 'react'
import type { Output } from '#shared/ipc/contracts.ts'
import type { FileEdit } from '#shared/model/push-template.ts'
import { systemsText } from '#shared/model/template-systems.ts'
import { useAddTemplate } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { usePushTemplates } from '../../stores/queries.ts'
import { useKeys } from '../../stores/use-keys.ts'
import { Button } from '../../ui/button.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Scroll } from '../../ui/scroll.tsx'
import { Status } from '../../ui/status.tsx'
import { Approval } from './template-approval.tsx'
import { dangerWords, wordsOfTemplate } from './verdict-words.ts'

type Template = Output<'push:templates'>['templates'][number]

const columns: readonly [Column<Template>, ...Column<Template>[]] = [
  {
    id: 'id',
    head: 'Template',
    cell: ({ manifest }) => (
      <span className="two-lines" title={manifest.title}>
        {manifest.title}
      </span>
    ),
  },
  {
    id: 'state',
    head: 'Approval, danger',
    className: 'w-[168px]',
    cell: (template) => {
      const [approval, danger] = [wordsOfTemplate(template), dangerWords[template.manifest.danger]]
      return (
        <div className="grid justify-items-start gap-1">
          <Status tone={approval.tone}>{approval.word}</Status>
          <Status tone={danger.tone}>{danger.word}</Status>
        </div>
      )
    },
  },
]

/** What can be pushed, word for word. */
export function TemplatesView() {
  const query = usePushTemplates()
  const add = useAddTemplate()
  const templates = query.data?.templates ?? []
  const [chosen, setChosen] = useState<string>()
  const template = templates.find(({ manifest }) => manifest.id === chosen) ?? templates[0]
  const step = (by: number) => () => {
    const at = template === undefined ? 0 : templates.indexOf(template)
    setChosen(templates[Math.min(Math.max(at + by, 0), templates.length - 1)]?.manifest.id)
  }
  useKeys(templates.length > 1 ? { j: step(1), k: step(-1) } : {})
  if (query.error !== null) {
    const { title, detail, hint } = wordsOfError(query.error)
    return <Empty title={title} about={`${detail} ${hint}`} />
  }
  const problems = query.data?.problems ?? []
  return (
    <div className="push-history" aria-busy={query.isPending}>
      <div className="push-templates">
        <div className="pane-head">
          <span className="muted one-line">
            {problems.length === 0 ? 'What can be pushed, word for word' : plainText(problems.join('; '), 200)}
          </span>
          <span className="spring" />
          <Button small icon={<FilePlus2 className="icon" aria-hidden />} onClick={() => add.mutate(null)}>
            Add a template…
          </Button>
        </div>
        {add.error !== null && <Refused error={add.error} />}
        <RowTable
          label="Templates"
          columns={columns}
          groups={[{ key: 'all', rows: templates }]}
          keyOf={({ manifest }) => manifest.id}
          selected={template?.manifest.id}
          onSelect={setChosen}
          tall
        />
      </div>
      {template !== undefined && <Content key={template.manifest.id} template={template} />}
    </div>
  )
}

function Refused({ error }: { readonly error: unknown }) {
  const { title, detail, hint } = wordsOfError(error)
  return (
    <p role="alert" className="px-5 pb-2 text-[12px]">
      <Status tone="fail">Not added</Status> {plainText(`${title}: ${detail} ${hint}`, 600)}
    </p>
  )
}

const Content = ({ template, template: { manifest, sha256 } }: { readonly template: Template }) => (
  <Scroll as="article" className="push-past detail" aria-label={manifest.title} data-pane>
    <h2>{manifest.title}</h2>
    <p>{manifest.about}</p>
    <Approval template={template} />
    <dl className="facts">
      <dt>Id and version</dt>
      <dd>{`${manifest.id} ${manifest.version}`}</dd>
      <dt>SHA-256</dt>
      <dd title={sha256}>
        <code>{`${sha256.slice(0, 12)}…${sha256.slice(-8)}`}</code> <CopyButton text={sha256} what="the SHA-256" />
      </dd>
      <dt>Signed with</dt>
      <dd>{template.signedBy ?? 'no key of a release'}</dd>
      <dt>Closes</dt>
      <dd className="mono">{manifest.fixes.join(', ')}</dd>
      <dt>Service</dt>
      <dd>{manifest.unit?.includes('{{') ? 'the one that the plan names' : (manifest.unit ?? 'none')}</dd>
      <dt>For</dt>
      <dd>{systemsText(manifest)}</dd>
      <dt>Source</dt>
      <dd className="selectable">{manifest.source}</dd>
    </dl>
    {manifest.files.map((file) => {
      const { path, about, text } = wordsOfFile(file)
      return (
        <section key={path} aria-label={path}>
          <h3>
            <code>{path}</code> <span className="muted">{about}</span>
          </h3>
          <Scroll as="pre" className="plain-block">
            {text}
          </Scroll>
        </section>
      )
    })}
  </Scroll>
)

/** A file as the template has it: what it is called, whose it is, and what stands in it. */
function wordsOfFile(file: Template['manifest']['files'][number]): {
  readonly path: string
  readonly about: string
  readonly text: string
} {
  if ('removes' in file) return { path: `{{${file.removes}}}`, about: 'taken away', text: 'Each file or link of the list is taken away.' }
  if ('target' in file) {
    const each = file.each === undefined ? '' : `, once for each of ${file.each}`
    return { path: file.path, about: `link${each}`, text: file.target }
  }
  if ('edits' in file) {
    const each = file.each === undefined ? '' : `, once for each of ${file.each}`
    return { path: file.path, about: `lines about ${file.of}${each}`, text: editWords[file.edits] }
  }
  if ('adds' in file) return { path: file.path, about: 'one line more, where its name and number are not there', text: file.adds }
  const group = typeof file.gid === 'number' ? file.gid : `{{${file.gid.parameter}}}`
  const about = `owner ${file.uid}:${group}, mode ${file.mode}`
  if ('generated' in file) return { path: file.path, about, text: 'The lines that gatehouse sudoers prints for the host.' }
  if ('keeps' in file) {
    const text = file.keeps.begins === 'random-key' ? `${file.keeps.prefix}(made on the host, never shown)` : 'Begins empty.'
    return { path: file.path, about, text: `${text} What is there already stays.` }
  }
  const lines = file.lines.map((line) =>
    typeof line === 'string' ? line : `${line.lines.join('\n')}   (once for each of ${timesOf(line)})`,
  )
  return { path: file.path, about, text: lines.join('\n') }
}

const editWords: Readonly<Record<Exclude<FileEdit, 'add'>, string>> = {
  close: 'The password is locked and the account expires. Every other line stays.',
  'leave-groups': 'They leave every list of members. Every other line stays.',
  omit: 'Their lines are left out. Every other line stays.',
}

const timesOf = ({
  each,
  with: other,
  family,
}: {
  readonly each: string
  readonly with?: string | undefined
  readonly family?: 4 | 6 | undefined
}): string => `${each}${other === undefined ? '' : ` and ${other}`}${family === undefined ? '' : `, IPv${family}`}`

import { type FormEvent, Fragment, useEffect, useId, useRef, useState } from 'react'
import type { Output } from '#shared/ipc/contracts.ts'
import type { PushParameter } from '#shared/model/push-parameter.ts'
import type { PushPlan } from '#shared/model/push-plan.ts'
import type { PushTemplate } from '#shared/model/push-template.ts'
import { accepts, expectedOf, textFromValue, valueFromText } from '#shared/model/push-value.ts'
import { usePlanMany, usePlanPush, useStopPlanning } from '../../stores/actions.ts'
import { wordsOfError } from '../../stores/failure-words.ts'
import { usePushParameters, usePushTemplates } from '../../stores/queries.ts'
import type { PushStart } from '../../stores/ui.store.ts'
import { useHosts } from '../../stores/use-hosts.tsx'
import { useKeys } from '../../stores/use-keys.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Select } from '../../ui/field.tsx'
import { plainText } from '../../ui/plain-text.ts'
import { Status } from '../../ui/status.tsx'
import { useArrival } from '../../ui/use-arrival.ts'
import { count } from '../../ui/words.ts'
import { LoginMaker } from './login-maker.tsx'
import { withOneMore } from './login-text.ts'
import { dangerWords, isPushable, templateWords } from './verdict-words.ts'

interface PlanFormProps {
  readonly draft: PushStart | null
  readonly onPlan: (plan: PushPlan) => void
  readonly onPlans: (plans: Output<'push:plan-many'>, from: PushStart) => void
}

/** Host, template, parameters: filled from what the newest audit knows. */
export function PlanForm({ draft, onPlan, onPlans }: PlanFormProps) {
  const hosts = useHosts()
  const templates = usePushTemplates().data?.templates ?? []
  const [choice, setChoice] = useState<PushStart>(draft ?? { host: '', template: '', parameters: {} })
  const [more, setMore] = useState<readonly string[]>(draft?.more ?? [])
  const template = templates.find(({ manifest }) => manifest.id === choice.template)?.manifest
  const filled = usePushParameters(choice.host, template?.id ?? '', choice.parameters)
  const chosen = choice.host === '' || template === undefined ? '' : `${choice.host} ${template.id}`
  // The plan that was asked for before the values were there: of this choice, and of no other.
  const [awaited, setAwaited] = useState('')
  const loading = chosen !== '' && filled.isPending
  useKeys({
    'mod+enter': loading ? () => setAwaited(chosen) : undefined,
    escape: loading && awaited !== '' ? () => setAwaited('') : undefined,
  })
  return (
    <section className="push-form" aria-label="New push" data-pane>
      <h2 ref={useArrival<HTMLHeadingElement>()} tabIndex={-1}>
        What to change, and where
      </h2>
      <div className="push-choice">
        <Select label="Host" value={choice.host} onChange={(event) => setChoice({ ...choice, host: event.target.value, parameters: {} })}>
          <option value="">Choose a host</option>
          {hosts.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </Select>
        <Select
          label="Template"
          value={choice.template}
          onChange={(event) => setChoice({ ...choice, template: event.target.value, parameters: {} })}
        >
          <option value="">Choose a template</option>
          {templates.map(({ manifest, state }) => (
            <option key={manifest.id} value={manifest.id} disabled={!isPushable(state)}>
              {isPushable(state) ? manifest.title : `${manifest.title} (${templateWords[state].word.toLowerCase()})`}
            </option>
          ))}
        </Select>
      </div>
      {template !== undefined && <About template={template} />}
      {filled.error !== null && <Refused word="Not filled in" error={filled.error} />}
      {loading && awaited === chosen && (
        <p className="mt-3">
          <Status tone="run">{`Reading what ${choice.host} has`}</Status>
        </p>
      )}
      {choice.host === '' || template === undefined ? (
        <p className="muted mt-4">Nothing is written to a host without a plan that you have read.</p>
      ) : (
        filled.data !== undefined && (
          <>
            {filled.data.hindrance !== '' && (
              <p role="alert" className="mt-3">
                <Status tone="warn">No plan yet</Status> {plainText(`At the last audit: ${filled.data.hindrance}.`, 800)}
              </p>
            )}
            <MoreHosts hosts={hosts.map(({ name }) => name).filter((name) => name !== choice.host)} chosen={more} onChoose={setMore} />
            <Parameters
              key={chosen}
              atOnce={awaited === chosen && filled.data.hindrance === ''}
              hosts={[choice.host, ...more.filter((name) => name !== choice.host)]}
              template={template}
              fixed={choice.parameters}
              filled={filled.data.values}
              {...{ onPlan, onPlans }}
            />
          </>
        )
      )}
    </section>
  )
}

const About = ({ template }: { readonly template: PushTemplate }) => (
  <div className="push-about">
    <p>{template.about}</p>
    <p>
      <Status tone={dangerWords[template.danger].tone}>{dangerWords[template.danger].word}</Status>{' '}
      <span className="muted">{`${template.id} ${template.version}, closes ${template.fixes.join(', ')}`}</span>
    </p>
  </div>
)

/** Other hosts that get the same, after the first one. */
function MoreHosts({
  hosts,
  chosen,
  onChoose,
}: {
  readonly hosts: readonly string[]
  readonly chosen: readonly string[]
  readonly onChoose: (names: readonly string[]) => void
}) {
  if (hosts.length === 0) return null
  return (
    <details className="more-hosts">
      <summary>
        {chosen.length === 0 ? 'More hosts' : `And ${chosen.length > 3 ? count(chosen.length, 'more host') : chosen.join(', ')}`}
      </summary>
      <p className="help">The chosen host goes first. What these have of their own is filled in for each, unless you change it here.</p>
      <ul>
        {hosts.map((name) => (
          <li key={name}>
            <label className="checkbox">
              <input
                type="checkbox"
                checked={chosen.includes(name)}
                onChange={({ target }) => onChoose(target.checked ? [...chosen, name] : chosen.filter((one) => one !== name))}
              />
              <span>{name}</span>
            </label>
          </li>
        ))}
      </ul>
    </details>
  )
}

interface ParametersProps {
  /** The first one is what the values are filled from. */
  readonly hosts: readonly string[]
  readonly template: PushTemplate
  /** What the push was begun with: the same on every host, whatever that has of its own. */
  readonly fixed: PushStart['parameters']
  readonly filled: Output<'push:parameters'>['values']
  /** The plan was asked for while these values were read. */
  readonly atOnce: boolean
  readonly onPlan: (plan: PushPlan) => void
  readonly onPlans: (plans: Output<'push:plan-many'>, from: PushStart) => void
}

function Parameters({ hosts, template, fixed, filled, atOnce, onPlan, onPlans }: ParametersProps) {
  const [host = ''] = hosts
  const one = usePlanPush()
  const many = usePlanMany()
  const plan = hosts.length === 1 ? one : many
  const stop = useStopPlanning()
  const form = useId()
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(Object.entries(template.parameters).map(([name, parameter]) => [name, textFromValue(parameter, filled[name])])),
  )
  const given = Object.fromEntries(
    Object.entries(template.parameters).map(([name, parameter]) => [name, valueFromText(parameter, values[name] ?? '')]),
  )
  const wrong = Object.entries(template.parameters).flatMap(([name, parameter]) => (accepts(parameter, given[name]) ? [] : [name]))
  const make = () => {
    if (wrong.length > 0 || plan.isPending) return
    if (hosts.length === 1) return one.mutate({ host, template: template.id, parameters: given }, { onSuccess: onPlan })
    // What was left as it was filled is of the first host, and each other has its own.
    const isOwn = (name: string, parameter: PushParameter) =>
      !(name in fixed) && textFromValue(parameter, filled[name]) === (values[name] ?? '')
    const changed = Object.fromEntries(
      Object.entries(template.parameters).flatMap(([name, parameter]) =>
        isOwn(name, parameter) || given[name] === undefined ? [] : [[name, given[name]]],
      ),
    )
    many.mutate(
      { hosts: [...hosts], template: template.id, parameters: changed },
      { onSuccess: (made) => onPlans(made, { host, template: template.id, parameters: changed, more: hosts.slice(1) }) },
    )
  }
  const asked = useRef(atOnce)
  useEffect(() => {
    if (!asked.current) return
    asked.current = false
    make()
  })
  useKeys({ 'mod+enter': make, escape: plan.isPending ? () => stop.mutate(null) : undefined })
  return (
    <form
      id={form}
      className="push-parameters"
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        make()
      }}
    >
      {Object.entries(template.parameters).map(([name, parameter]) => (
        <Fragment key={name}>
          <Field
            label={parameter.title}
            inputMode={parameter.type === 'integer' ? 'numeric' : 'text'}
            autoComplete="off"
            value={values[name] ?? ''}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
            error={wrong.includes(name) ? `Expected ${expectedOf(parameter)}` : undefined}
            help={parameter.from !== undefined && name in filled ? `As ${host} or the fleet file has it` : expectedOf(parameter)}
          />
          {parameter.type === 'login' && (
            <LoginMaker onMade={(login) => setValues((now) => ({ ...now, [name]: withOneMore(parameter, now[name] ?? '', login) }))} />
          )}
        </Fragment>
      ))}
      <div className="actions">
        {plan.isPending ? (
          <>
            <Status tone="run">{`Looking at ${hosts.length === 1 ? host : `${hosts.length} hosts`}`}</Status>
            <Button chord="esc" onClick={() => stop.mutate(null)}>
              Stop
            </Button>
          </>
        ) : (
          <Button look="primary" chord="mod+enter" unavailable={wrong.length > 0 ? 'A parameter is not right' : undefined} onClick={make}>
            {hosts.length === 1 ? 'Make the plan' : `Make ${hosts.length} plans`}
          </Button>
        )}
      </div>
      {plan.error !== null && <Refused word="No plan" error={plan.error} />}
    </form>
  )
}

function Refused({ word, error }: { readonly word: string; readonly error: unknown }) {
  const { title, detail, hint } = wordsOfError(error)
  return (
    <p role="alert" className="mt-3">
      <Status tone="fail">{word}</Status> {plainText(`${title}: ${detail} ${hint}`, 800)}
    </p>
  )
}

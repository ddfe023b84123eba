import type { Registration } from '#shared/model/model-registration.ts'
import { type ModelTier, modelTiers } from '#shared/model/registration-state.ts'
import { lastStep } from '#shared/model/registration-steps.ts'
import {
  useApproveModel,
  useDeployModel,
  useRejectModel,
  useRequestModel,
  useReviewModel,
  useRevokeModel,
  useTestModel,
} from '../../stores/actions.ts'
import { announce } from '../../ui/announcer.ts'
import { plainText } from '../../ui/plain-text.ts'
import { StepDialog } from './step-dialog.tsx'
import type { StepField, StepValues } from './step-form.ts'

export type RegistryStep = 'review' | 'test' | 'approve' | 'deploy' | 'reject' | 'revoke'
export type RegistryAsk =
  | { readonly kind: 'request'; readonly model: string; readonly source: string }
  | { readonly kind: RegistryStep; readonly registration: Registration }

interface RegistryDialogProps {
  readonly ask: RegistryAsk
  /** Names of all hosts, and of those on which the model lies. */
  readonly hosts: readonly string[]
  readonly places: readonly string[]
  readonly onClose: () => void
}

const line = (name: string, label: string, more: Partial<StepField> = {}): StepField => ({ name, label, kind: 'line', ...more })
const who = (label: string) => line('name', label, { maxLength: 120 })
const reason = line('reason', 'Reason', { kind: 'lines' })

/** The dialog of one step. */
export function RegistryDialog({ ask, hosts, places, onClose }: RegistryDialogProps) {
  const done = (word: string) => ({
    onSuccess: () => {
      announce(word)
      onClose()
    },
  })
  const steps = {
    request: useRequestModel(),
    review: useReviewModel(),
    test: useTestModel(),
    approve: useApproveModel(),
    deploy: useDeployModel(),
    reject: useRejectModel(),
    revoke: useRevokeModel(),
  }
  const { isPending: pending, error } = steps[ask.kind]
  const common = { pending, error, onClose }
  if (ask.kind === 'request')
    return (
      <StepDialog
        {...common}
        title="Request a model"
        lead="Says which model, from where and what for. Nothing is downloaded."
        fields={[
          line('model', 'Model', { help: 'As the list names it, or as it will lie there.', maxLength: 400 }),
          line('source', 'Source', { help: 'Page of the publisher, best at a commit.', maxLength: 2000 }),
          line('revision', 'Revision', { optional: true, maxLength: 200 }),
          line('licence', 'Licence', { maxLength: 200 }),
          line('purpose', 'Purpose', { kind: 'lines' }),
          who('Requested by'),
        ]}
        initial={{ model: ask.model, source: ask.source }}
        consequence="It stands under Needs action until somebody reviews it. Record the published hashes on its panel before the review."
        action="Request model"
        onSend={(v) =>
          steps.request.mutate(
            {
              ...{ model: word(v, 'model'), source: word(v, 'source'), revision: word(v, 'revision'), licence: word(v, 'licence') },
              ...{ purpose: word(v, 'purpose'), name: word(v, 'name'), hosts: [] },
            },
            done('Model requested'),
          )
        }
      />
    )
  const { registration } = ask
  const { id } = registration
  const lead = `${plainText(registration.model, 160)}, requested by ${plainText(lastStep(registration, 'requested')?.name ?? '', 120)}`
  switch (ask.kind) {
    case 'review':
      return (
        <StepDialog
          {...common}
          title="Review this model"
          lead={lead}
          fields={[
            line('host', 'Host on which it lies', places.length > 0 ? { help: `It lies on ${places.join(', ')}.` } : {}),
            who('Reviewer'),
            line('note', 'Note', { kind: 'lines', optional: true, help: 'Needed where a check does not hold: why it is accepted.' }),
          ]}
          initial={{ host: places[0] ?? '' }}
          consequence="Publisher, hashes, format and scan are held against what Gatehouse measured. The review binds to exactly these bytes."
          action="Record review"
          onSend={(v) =>
            steps.review.mutate({ id, host: word(v, 'host'), name: word(v, 'name'), note: word(v, 'note') }, done('Review recorded'))
          }
        />
      )
    case 'test':
      return (
        <StepDialog
          {...common}
          title="Record the isolated test"
          lead={lead}
          fields={[
            line('where', 'Where', { help: 'A machine without access to anything else.', maxLength: 300 }),
            line('result', 'Result', { kind: 'lines' }),
            who('Tester'),
          ]}
          consequence="A test that failed is recorded by rejecting the model, with the reason."
          action="Record passed test"
          onSend={(v) =>
            steps.test.mutate(
              { id, where: word(v, 'where'), result: word(v, 'result'), name: word(v, 'name'), passed: true },
              done('Test recorded'),
            )
          }
        />
      )
    case 'approve':
      return (
        <StepDialog
          {...common}
          title="Approve this model"
          lead={lead}
          fields={[
            who('Approver'),
            { name: 'tiers', label: 'For', kind: 'choices', options: modelTiers },
            { name: 'hosts', label: 'On', kind: 'choices', options: hosts },
          ]}
          initial={{ tiers: ['users'], hosts: places.filter((name) => hosts.includes(name)) }}
          consequence="Holds for exactly the reviewed bytes on these hosts. What was approved under this name before is superseded."
          action="Approve…"
          onSend={(v) =>
            steps.approve.mutate(
              { id, name: word(v, 'name'), tiers: words(v, 'tiers') as ModelTier[], hosts: words(v, 'hosts') },
              done('Model approved'),
            )
          }
        />
      )
    case 'deploy': {
      const approved = lastStep(registration, 'approved')?.hosts ?? []
      return (
        <StepDialog
          {...common}
          title="Deploy this model"
          lead={lead}
          fields={[
            { name: 'hosts', label: 'To', kind: 'choices', options: approved },
            line('root', 'Model directory', { optional: true, help: 'The first one of the fleet file when left empty.', maxLength: 4096 }),
            line('owner', 'Owner', {
              optional: true,
              help: 'Account, or account:group. That of the directory when left empty.',
              maxLength: 65,
            }),
          ]}
          consequence="Copied out of the registry by the change account, hashed on the host, and put in its place when all of it is there."
          action="Deploy…"
          onSend={(v) =>
            steps.deploy.mutate(
              { id, hosts: words(v, 'hosts'), owner: word(v, 'owner'), ...(word(v, 'root') !== '' && { root: word(v, 'root') }) },
              done('Deployment started'),
            )
          }
        />
      )
    }
    default: {
      const reject = ask.kind === 'reject'
      return (
        <StepDialog
          {...common}
          title={reject ? 'Reject this model' : 'Revoke the approval'}
          lead={lead}
          fields={[who('Decided by'), reason]}
          consequence="Its bytes count as not approved from now on, on every host. It can be requested anew."
          action={reject ? 'Reject model' : 'Revoke approval'}
          onSend={(v) =>
            (reject ? steps.reject : steps.revoke).mutate(
              { id, name: word(v, 'name'), reason: word(v, 'reason') },
              done(reject ? 'Model rejected' : 'Approval revoked'),
            )
          }
        />
      )
    }
  }
}

const word = (values: StepValues, name: string): string => {
  const value = values[name]
  return typeof value === 'string' ? value.trim() : ''
}
const words = (values: StepValues, name: string): string[] => {
  const value = values[name]
  return typeof value === 'string' || value === undefined ? [] : [...value]
}

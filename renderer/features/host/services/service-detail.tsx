import type { HostedService } from '#shared/model/host-services.ts'
import { plainText } from '../../../ui/plain-text.ts'
import { Status } from '../../../ui/status.tsx'
import { CommandBlock } from '../command-block.tsx'
import { DetailList } from '../detail-list.tsx'
import { DetailPane } from '../detail-pane.tsx'
import { ProofLine } from '../proof-line.tsx'
import { type OpenFinding, VerdictList } from '../verdict-link.tsx'
import { OperateBlock } from './operate-block.tsx'
import { bindWords, howWords, placeOf, podRows, restartWords, stateTone, versionFrom } from './service-words.ts'

interface ServiceDetailProps {
  readonly host: string
  readonly service: HostedService
  readonly onFinding: OpenFinding
}

/** Open findings first, then what it was started with, then how systemd holds it. */
export function ServiceDetail({ host, service, onFinding }: ServiceDetailProps) {
  const { open, passing, settings, command, environment, properties, proof, version, danger } = service
  return (
    <DetailPane label="Details of the service" title={plainText(service.name, 120)} sub={placeOf(service)}>
      <OperateBlock host={host} service={service} />
      <h4>{open.length === 0 ? 'Findings' : `${open.length} open ${open.length === 1 ? 'finding' : 'findings'}`}</h4>
      <VerdictList verdicts={open} onOpen={onFinding} />
      <p className="muted">
        {passing === 0 ? 'No check passes about it.' : `${passing} ${passing === 1 ? 'check passes' : 'checks pass'}.`}
      </p>
      <h4>How it runs</h4>
      <DetailList
        rows={[
          [
            'State',
            <Status key="state" tone={stateTone(service)}>
              {plainText(service.state, 60)}
            </Status>,
          ],
          ['Started by', howWords[service.how]],
          ...podRows(service),
          ...(service.madeFrom === undefined ? [] : [['Made from', <code key="made">{plainText(service.madeFrom, 200)}</code>] as const]),
          ...(service.image === undefined ? [] : [['Image', <code key="image">{plainText(service.image, 200)}</code>] as const]),
          ['Account', service.account === undefined ? 'Not read' : plainText(service.account, 80)],
          ['Restarts', restartWords(service)],
          [
            'Version',
            version === undefined
              ? `Not known: ${plainText(service.versionUnknown ?? '', 300)}`
              : `${plainText(version.text, 80)}, from ${versionFrom(service)}`,
          ],
          ['Listens on', bindWords(service).join(', ') || (service.bindsUnknown === undefined ? 'No TCP port' : 'Not known')],
          ...(service.bindsUnknown === undefined ? [] : [['Sockets', plainText(service.bindsUnknown, 300)] as const]),
        ]}
      />
      {danger !== undefined && <p className="mt-2">{plainText(danger, 400)}</p>}
      {settings.length > 0 && (
        <>
          <h4>Settings that matter</h4>
          <DetailList rows={settings.map(({ name, value }) => [plainText(name, 80), <code key={name}>{plainText(value, 300)}</code>])} />
        </>
      )}
      <CommandBlock words={command} />
      {environment !== undefined && Object.keys(environment).length > 0 && (
        <>
          <h4>Environment</h4>
          <DetailList
            rows={Object.entries(environment).map(([name, value]) => [
              plainText(name, 80),
              <code key={name}>{plainText(value, 300)}</code>,
            ])}
          />
        </>
      )}
      {properties.length > 0 && (
        <>
          <h4>Properties of the unit</h4>
          <DetailList
            rows={properties.map(({ name, value }) => [
              name,
              value === '' ? (
                <span key={name} className="muted">
                  empty
                </span>
              ) : (
                <code key={name}>{plainText(value, 400)}</code>
              ),
            ])}
          />
        </>
      )}
      {proof !== undefined && (
        <>
          <h4>Proof</h4>
          <ProofLine proof={proof} />
        </>
      )}
      {version?.proof !== undefined && <ProofLine proof={version.proof} />}
    </DetailPane>
  )
}

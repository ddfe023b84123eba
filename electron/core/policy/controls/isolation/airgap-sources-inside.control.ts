import { defineControl, type Verdict } from '../../control.ts'
import { unreadSources } from '../software/unread-sources.ts'
import { hostOf, notAirGapped, type Place, placeOf, placeOfUrl, registryOf, setsProxies, setsSources } from './air-gap.ts'

export default defineControl({
  id: 'airgap-sources-inside',
  item: 'SUP-4',
  severity: 'medium',
  title: 'Packages and images of an air-gapped host come from inside',
  rationale:
    'Sources that lie outside show that the host was set up across the gap, or will be. Updates that cannot arrive are not installed either, so an internal mirror is what keeps an air-gapped host patched.',
  steps: 'Name a mirror or registry inside in the sources of the package manager and in the settings of the container engine.',
  needs: ['sources'],
  uses: ['containers', 'processes'],
  references: ['NIST-800-53:CM-7', 'NIST-800-53:SC-7(5)', 'CIS-8:2.5', 'ISO-27001:A.8.9', 'OWASP-LLM:LLM03'],
  evaluate: ({ sources, processes, containers }, context) => {
    const exempt = notAirGapped(context)
    if (exempt) return exempt
    const images = (containers.known ? containers.value.containers : []).map(({ image, line, name }) => ({
      what: `image ${image} of ${name}`,
      place: placeOf(registryOf(image)),
      cite: { section: 'containers', line, token: image },
    }))
    const all = [
      ...sources.packageSources.map(({ url, line }) => ({
        what: url,
        place: placeOfUrl(url),
        cite: { section: 'software', line, token: hostOf(url.replace(/^[^:]+:\/\//, '')) },
      })),
      ...sources.registries.map(({ host, line }) => ({
        what: `registry ${host}`,
        place: /:\/\//.test(host) ? placeOfUrl(host) : placeOf(hostOf(host)),
        cite: { section: 'software', line, token: host },
      })),
      ...images,
    ]
    const at = (place: Place) => all.filter((one) => one.place === place)
    const verdict = (status: Verdict['status'], title: string, reason: string, listed: typeof all, note?: string): Verdict[] => [
      { status, subject: '', title, reason, cite: listed.slice(0, 8).map(({ cite }) => ({ ...cite, note })) },
    ]
    const [outside, unknown] = [at('outside'), at('unknown')]
    if (outside.length > 0) {
      const reason = `${print(outside)} ${outside.length === 1 ? 'lies' : 'lie'} outside. Expected a mirror or registry inside.`
      return verdict('fail', 'Software is fetched from the outside', reason, outside, 'Outside. Expected a mirror inside.')
    }
    const unread = unreadSources(sources, (file) => !setsProxies(file) || setsSources(file))
    if (unread) return verdict('not-evaluated', 'Some settings could not be read', `${unread}.`, [])
    if (unknown.length > 0) {
      const reason = `Whether ${print(unknown)} ${unknown.length === 1 ? 'lies' : 'lie'} inside cannot be told from the name.`
      return verdict('not-evaluated', 'A source may lie inside or outside', reason, unknown)
    }
    // Its store is api.snapcraft.io unless an assertion in its own state names another (snapcraft.io/docs, network requirements), which only snapd can tell.
    if (!processes.known) return verdict('not-evaluated', 'Whether snapd runs is not known', processes.reason, [])
    const snapd = processes.value.find(({ name }) => name === 'snapd')
    if (snapd) {
      const found = { what: 'snapd', place: 'unknown' as const, cite: { section: 'processes', line: snapd.line, token: 'snapd' } }
      const reason = 'snapd runs, and refreshes snaps from its store; which one that is was not read. Expected no snapd, or a store inside.'
      return verdict('not-evaluated', 'Snaps may come from the outside', reason, [found])
    }
    if (all.length === 0)
      return verdict('pass', 'No source of software is set', 'No package source, registry or container image was found.', [])
    // Docker asks Docker Hub when a mirror has no answer (docs.docker.com, docker-hub/image-library/mirror), and nothing in its configuration says otherwise.
    const hub = sources.registries.some(({ role, file }) => role === 'mirror' && file.endsWith('daemon.json'))
    const behind = hub
      ? ' Behind its mirror Docker would still ask Docker Hub: that nothing leads there is for airgap-no-way-out to show.'
      : ''
    return verdict(
      'pass',
      'All sources of software lie inside',
      `${all.length} package sources, registries and images, all inside.${behind}`,
      all,
    )
  },
})

const print = (list: readonly { readonly what: string }[]): string => {
  const names = [...new Set(list.map(({ what }) => what))]
  return `${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}`
}

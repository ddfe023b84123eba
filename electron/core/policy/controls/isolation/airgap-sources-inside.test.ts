import { describe, expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { sources } from '../../../facts/sources/sources.testing.ts'
import type { Sources } from '../../../facts/sources/sources.ts'
import { outcomes } from '../proxy/proxy-facts.ts'
import sourcesInside from './airgap-sources-inside.control.ts'
import { ask, containers } from './isolation-facts.testing.ts'

describe('airgap-sources-inside', () => {
  const url = (...urls: string[]) => ({ packageSources: urls.map((one, line) => ({ url: one, file: 'f', line })) })
  test.each<[string, Partial<Sources>, readonly string[], string]>([
    ['nothing', {}, [], 'pass: No source of software is set'],
    [
      'inside',
      url('https://mirror.dc1.internal/debian', 'http://10.0.0.9/repo', 'file:///srv/repo'),
      ['registry.lan:5000/ollama:1'],
      'pass: All sources of software lie inside',
    ],
    ['outside', url('http://deb.debian.org/debian'), [], 'fail: Software is fetched from the outside'],
    ['a mirror list', url('https://mirrors.rockylinux.org/mirrorlist?arch=x'), [], 'fail: Software is fetched from the outside'],
    [
      'a file of proxies unread',
      { ...url('file:///srv'), unreadable: ['/etc/systemd/system/docker.service.d/proxy.conf'] },
      [],
      'pass: All sources of software lie inside',
    ],
    [
      'variables of logins unread',
      { ...url('file:///srv'), unreadable: ['/etc/environment'] },
      [],
      'not-evaluated: Some settings could not be read',
    ],
    [
      'a file of registries unread',
      { ...url('file:///srv'), unreadable: ['/etc/rancher/k3s/registries.yaml'] },
      [],
      'not-evaluated: Some settings could not be read',
    ],
    ['a disk of zypper', url('dir:///srv/repo', 'hd:/?device=/dev/sdb1'), [], 'pass: All sources of software lie inside'],
    ['a plugin of zypper', url('plugin:susecloud?path=/x'), [], 'not-evaluated: A source may lie inside or outside'],
    ['a file of mirrors', url('mirror+file:///etc/mirrors'), [], 'not-evaluated: A source may lie inside or outside'],
    ['channels of conda', url('https://conda.anaconda.org/conda-forge'), [], 'fail: Software is fetched from the outside'],
    ['an image of Docker Hub', {}, ['ollama/ollama:0.12.6'], 'fail: Software is fetched from the outside'],
    [
      'a registry to search',
      { registries: [{ host: 'docker.io', role: 'search', file: 'f', line: 2 }] },
      [],
      'fail: Software is fetched from the outside',
    ],
    [
      'a mirror inside',
      { registries: [{ host: 'https://10.0.0.9:5000', role: 'mirror', file: 'f', line: 2 }] },
      [],
      'pass: All sources of software lie inside',
    ],
    ['a name that says nothing', url('https://mirror.company.com/debian'), [], 'not-evaluated: A source may lie inside or outside'],
    ['longer than what is read', { cut: ['/etc/yum.repos.d/redhat.repo'] }, [], 'not-evaluated: Some settings could not be read'],
    ['unreadable', { unreadable: ['/etc/docker/daemon.json'] }, [], 'not-evaluated: Some settings could not be read'],
  ])('%s', (_, more, images, expected) => {
    const given = { sources: sources(more), processes: known([]), containers: containers(...images) }
    expect(outcomes(ask(sourcesInside, given))).toEqual([expected])
  })

  test('snapd has a store of its own, which nobody read; what lies outside is louder', () => {
    const of = (...urls: string[]) => judged(known([{ name: 'snapd', line: 3 }]), ...urls)
    const judged = (processes: object, ...urls: string[]) => {
      const packageSources = urls.map((url) => ({ url, file: '/etc/apt/sources.list', line: 1 }))
      return outcomes(ask(sourcesInside, { sources: sources({ packageSources }), processes, containers: containers() }))
    }
    expect(of()).toEqual(['not-evaluated: Snaps may come from the outside'])
    expect(of('http://10.0.0.5/debian')).toEqual(['not-evaluated: Snaps may come from the outside'])
    expect(of('http://deb.debian.org/debian')).toEqual(['fail: Software is fetched from the outside'])
    expect(judged(unknown('no ps', []))).toEqual(['not-evaluated: Whether snapd runs is not known'])
  })
})

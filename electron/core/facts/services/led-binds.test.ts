import { describe, expect, test } from 'vitest'
import { assembleServices } from './assemble.ts'
import { base, listener, process } from './services.testing.ts'
import type { ServiceSources } from './sources.ts'

describe('a port that a rule leads to loopback', () => {
  const ledTo = (address: string) => [
    { port: 8095, address, to: 11434, section: 'nftables', line: 7 },
    { port: 8096, address, to: 9, section: 'nftables', line: 8 },
  ]
  const binds = (more: Partial<ServiceSources>, address = '127.0.0.1') => {
    const [found] = assembleServices({
      ...base,
      processes: [process(9, '/usr/bin/ollama serve')],
      listeners: [listener(`${address}:11434`, 9)],
      ...more,
    })
    return [...(found?.binds.map((bind) => `${bind.address}:${bind.port} ${bind.scope}`) ?? []), ...(found?.bindUnknown ? ['unknown'] : [])]
  }
  const local = '127.0.0.1:11434 loopback'
  const open = '0.0.0.0:8095 wildcard'
  test.each<[string, Partial<ServiceSources>, readonly string[]]>([
    ['opens the socket there', { ledTo, routesLoopback: true }, [local, open]],
    ['which the kernel does not let', { ledTo, routesLoopback: false }, [local]],
    ['and what the kernel lets was not read', { ledTo }, [local, 'unknown']],
    ['leads elsewhere', { ledTo: () => [], routesLoopback: true }, [local]],
    ['may be there, unread', { routesLoopback: true }, [local, 'unknown']],
    ['and neither was read', {}, [local]],
  ])('%s', (_, more, expected) => {
    expect(binds(more)).toEqual(expected)
  })
  test('is nothing to one that listens for all', () => {
    expect(binds({ ledTo, routesLoopback: true }, '0.0.0.0')).toEqual(['0.0.0.0:11434 wildcard'])
  })
})

describe('a port that a rule leads to another of the host', () => {
  const turned = (family: 4 | 6, port: number, to: number) => ({ family, port, to, section: 'nftables', line: 7 })
  test.each<[string, string, NonNullable<ServiceSources['ownPorts']>, readonly string[]]>([
    ['is a door of what listens there', '0.0.0.0:11434', [turned(4, 9999, 11434)], ['0.0.0.0:11434', '0.0.0.0:9999']],
    ['in both families', '*:11434', [turned(4, 9999, 11434), turned(6, 9999, 11434)], ['*:11434', '*:9999']],
    ['of IPv6 alone', ':::11434', [turned(6, 9999, 11434)], [':::11434', ':::9999']],
    ['at one address', '10.0.3.7:11434', [turned(4, 9999, 11434)], ['10.0.3.7:11434', '0.0.0.0:9999']],
    ['not of the other family', '0.0.0.0:11434', [turned(6, 9999, 11434)], ['0.0.0.0:11434']],
    ['not of another port', '0.0.0.0:11434', [turned(4, 9999, 8080)], ['0.0.0.0:11434']],
    ['not of loopback, where nothing redirected arrives', '127.0.0.1:11434', [turned(4, 9999, 11434)], ['127.0.0.1:11434']],
  ])('%s', (_, socket, ownPorts, expected) => {
    const [found] = assembleServices({
      ...base,
      processes: [process(9, '/usr/bin/ollama serve')],
      listeners: [listener(socket, 9)],
      ownPorts,
    })
    expect(found?.binds.map(({ address, port }) => `${address}:${port}`)).toEqual(expected)
  })
})

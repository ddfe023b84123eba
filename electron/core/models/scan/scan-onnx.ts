import type { ModelFormat } from '#shared/model/model-format.ts'
import { readOnnx } from '../readers/onnx.ts'
import type { Scan, ScanItem } from './scan.ts'

/** Operators that runtimes bring themselves. Another domain needs a library of its own, which is code. */
const knownDomains = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.microsoft.experimental',
  'com.microsoft.dml',
  'org.pytorch.aten',
  'com.ms.internal.nhwc',
])
/** Operators of onnxruntime that call Python. */
const pythonOperators = /^(?:Py(?:thon)?Op(?:Grad)?|PyOp|PyCustomOp|PyFunc|TritonOp)$/

/** ONNX is a graph of named operators. What can hurt is data outside the file (CVE-2022-25882, CVE-2024-27318), and operators from elsewhere. */
export async function scanOnnx(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const foreign = new Set<string>()
  const external = new Set<string>()
  await readOnnx(
    item.source,
    {
      step: scan.step,
      fact: (name, value) => scan.fact(name, value),
      node(domain, operator, offset) {
        if (operator === 'EPContext' && domain === 'com.microsoft')
          scan.gap(item, offset, 'an operator EPContext is a model compiled for one device, in it or in a file, which nobody can inspect')
        if (pythonOperators.test(operator)) scan.find('onnx.python-operator', item, offset, `${domain} ${operator}`)
        if (knownDomains.has(domain) || foreign.has(domain) || foreign.size > 100) return
        foreign.add(domain)
        scan.find('onnx.foreign-operator', item, offset, `${domain} ${operator}`)
      },
      externalData(location, offset) {
        if (external.has(location)) return
        if (external.size < 1_000) external.add(location)
        // To onnxruntime and OpenVINO the offset is an address of the memory then.
        if (location === '*/_ORT_MEM_ADDR_/*') scan.find('onnx.data-escapes', item, offset, location)
        const plain = location.replaceAll('\\', '/')
        if (plain.startsWith('/') || /^[A-Za-z]:/.test(plain) || plain.split('/').includes('..'))
          scan.find('onnx.data-escapes', item, offset, location)
        else scan.fact('data in', location)
      },
    },
    scan.signal,
  )
  return 'onnx'
}

import type { Container } from '../../../facts/containers/containers.ts'
import { engineOfImage } from '../../../facts/services/images.ts'
import { defineControl, type Verdict } from '../../control.ts'

export default defineControl({
  id: 'images-change-only-by-hand',
  item: 'SUP-4',
  severity: 'medium',
  title: 'Images of inference servers change only by hand',
  rationale:
    'A tag such as latest is another image tomorrow, and programs such as Watchtower pull and start it by themselves. The approved server is then replaced by whatever was published last.',
  steps: 'Name the image by its digest (image@sha256:…), and let no program replace images by itself.',
  needs: ['containers'],
  references: ['NIST-800-53:CM-3', 'NIST-800-53:SI-7', 'CIS-8:2.5', 'ISO-27001:A.8.32', 'OWASP-LLM:LLM03'],
  evaluate: ({ containers }) => {
    const updaters = containers.containers.filter(
      ({ image, running }) => running && /(?:^|\/)(?:watchtower|ouroboros|shepherd|wud|whats-up-docker)(?::|@|$)/.test(image),
    )
    const engines = containers.containers.filter(({ image }) => engineOfImage(image) !== undefined)
    if (engines.length === 0) {
      const reason = 'No container on this host has the image of an inference engine.'
      return [
        {
          status: 'not-applicable',
          subject: '',
          title: 'No inference server in a container',
          reason,
          cite: [{ section: 'containers', line: 0 }],
        },
      ]
    }
    return [...updaters.map(updates), ...engines.map(tagged)]
  },
})

/** A version, a day, a build of llama.cpp or a commit. That of CUDA, Python or the system below says nothing about the server. */
function namesVersion(tag: string): boolean {
  const own = tag.toLowerCase().replace(/(?:cuda|cu|cudnn|rocm|ubuntu|debian|py|python)[-_]?\d+(?:\.\d+)*/g, '')
  if (/(?:^|[-_.])(?:b\d{3,}|\d{6,}|[0-9a-f]{7,40})(?:[-_.]|$)/.test(own)) return true
  return /\d+\.\d+/.test(own) && !/(?:^|[-_.])(?:latest|nightly|main|master|edge|dev|rolling|stable|canary)(?:[-_.]|$)/.test(own)
}

function updates({ name, image, line }: Container): Verdict {
  return {
    status: 'fail',
    subject: name,
    severity: 'high',
    title: 'A program replaces images by itself',
    reason: `${name} (${image}) pulls newer images and restarts containers with them.`,
    hint: 'Stop it on hosts of production, or let it only report.',
    cite: [{ section: 'containers', line, token: image, note: 'Expected no program that updates images.' }],
  }
}

function tagged({ name, image, line }: Container): Verdict {
  const base = { subject: name, cite: [{ section: 'containers', line, token: image }] }
  if (/@sha256:[0-9a-f]{64}$/.test(image) || /^(?:sha256:)?[0-9a-f]{12,64}$/.test(image)) {
    return {
      ...base,
      status: 'pass',
      title: 'The image is pinned by its digest',
      reason: `${name} runs ${image}, which is one image for ever.`,
    }
  }
  const tag = /:([^:/]+)$/.exec(image)?.[1] ?? 'latest'
  if (!namesVersion(tag)) {
    return {
      ...base,
      status: 'warning',
      title: `The tag ${tag.slice(0, 20)} names no version`,
      reason: `${name} runs ${image}. The tag "${tag}" is another image whenever one is published. Expected a digest, or a tag with a version.`,
      hint: 'Name the image by its digest (image@sha256:…), or at least by a version.',
      cite: [{ section: 'containers', line, token: image, note: 'Expected a digest or a version.' }],
    }
  }
  return {
    ...base,
    status: 'pass',
    title: 'The image is named by a version',
    reason: `${name} runs ${image}. A digest would also hold against a moved tag.`,
  }
}

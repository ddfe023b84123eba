/** A Kubernetes pod around a server, as far as its node tells it without asking the cluster. */
export interface Pod {
  /** As the kubelet writes it in cgroups: that of the API, or of a static pod the hash of its manifest. */
  readonly uid: string
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  /** Name of the container within the pod. */
  readonly container?: string | undefined
  /** Why there are no names, or none of the container. */
  readonly unknown?: string | undefined
}

/** `ai/chat-7d9f4-x2x9k/vllm`: namespace, pod, container; what is known by its uid only is named by it. */
export const podWords = ({ uid, namespace, name, container }: Pod): string =>
  namespace === undefined || name === undefined ? `pod ${uid}` : [namespace, name, container].filter((word) => word !== undefined).join('/')

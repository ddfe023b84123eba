import type { ProgramRecord } from '../record.ts'

/** What keeps documents, vectors, queues and models for models. What they ask is mostly set in a file or a variable that is not read. */
export const stores: readonly ProgramRecord[] = [
  {
    id: 'qdrant',
    name: 'Qdrant',
    kind: 'store',
    program: /^qdrant$/,
    image: /^qdrant$/,
    authentication: { usual: 'unknown', on: /^QDRANT__SERVICE__API_KEY=./ },
    telling: ['/collections'],
    danger:
      'As it comes it listens on every interface and asks nobody: whoever reaches it reads, changes and deletes what models are given as context.',
    source: 'https://qdrant.tech/documentation/guides/security/',
  },
  {
    id: 'milvus',
    name: 'Milvus',
    kind: 'store',
    program: /^milvus$/,
    command: /^run$/,
    image: /^milvus$/,
    authentication: { usual: 'unknown' },
    danger:
      'common.security.authorizationEnabled is off as it comes: whoever reaches it reads, changes and deletes what models are given as context.',
    source: 'https://milvus.io/docs/authenticate.md',
  },
  {
    id: 'weaviate',
    name: 'Weaviate',
    kind: 'store',
    program: /^weaviate$/,
    image: /^weaviate$/,
    authentication: { usual: 'unknown', off: /^AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true$/i },
    telling: ['/v1/schema'],
    danger: 'With anonymous access on, whoever reaches it reads, changes and deletes what models are given as context.',
    source: 'https://docs.weaviate.io/deploy/configuration/authentication',
  },
  {
    id: 'chroma',
    name: 'Chroma',
    kind: 'store',
    program: /^chroma$/,
    command: /^run$/,
    application: /^chromadb\.app:app$/,
    image: /^chroma$/,
    authentication: { usual: 'unknown' },
    danger: 'As it comes it asks nobody: whoever reaches it reads, changes and deletes what models are given as context.',
    source: 'https://docs.trychroma.com/guides/deploy',
  },
  {
    id: 'redis',
    name: 'Redis',
    kind: 'store',
    program: /^(?:redis|valkey)-server$/,
    image: /^(?:redis|redis-stack(?:-server)?|valkey)$/,
    authentication: { usual: 'unknown', on: /^--requirepass=./, off: /^--protected-mode=no$/i },
    danger:
      'Queues and caches hold prompts and answers. Without a password whoever reaches it reads and changes them, and may write files as its account.',
    source: 'https://redis.io/docs/latest/operate/oss_and_stack/management/security/',
  },
  {
    id: 'minio',
    name: 'MinIO',
    kind: 'store',
    program: /^minio$/,
    command: /^(?:server|gateway|-.*)$/,
    image: /^minio$/,
    authentication: { usual: 'default' },
    danger:
      'Its user and password are minioadmin unless set: who holds them, or a bucket that is open, replaces the models that servers load.',
    source: 'https://min.io/docs/minio/linux/reference/minio-server/settings/root-credentials.html',
  },
]

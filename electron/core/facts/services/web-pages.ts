import type { InferenceService } from '#shared/model/inference-service.ts'
import { flagValue, hasFlag } from './flags.ts'

/** Any page of the web may ask a server, from the browser of whoever looks at one. */
interface WebPages {
  /** What lets it, in words of its configuration. */
  readonly by: string
  /** The flag or the variable that says so. */
  readonly setting: string
  /** Somebody said so, not the program. */
  readonly chosen: boolean
  /** Browsers send along what somebody is logged in with at a proxy in front. */
  readonly withLogin: boolean
}

const dashes = { underscores: true }
const isOn = (value: string | undefined): boolean => !/^(?:|0|false|no|off|disabled)$/i.test(value ?? '')
const unquoted = (value: string | undefined): string => (value ?? '').replace(/[[\]"'\s]/g, '')

/** `https://*.example.org` are pages of somebody. */
const hasAny = (origins: string): boolean => origins.split(',').some((one) => /^(?:https?:\/\/|https?)?\*$/.test(one))

/** Behind these, llama-server takes pages of this machine alone, unless it is told otherwise (tools/server of ggml-org/llama.cpp). */
const TOOLS = ['--tools', '--agent', '-ag', '--mcp-servers-config', '--mcp-servers-json']
const TOOLS_SET = /^LLAMA_ARG_(?:TOOLS|AGENT|MCP_SERVERS_\w+)$/

/**
 * May any page of the web ask this server? `undefined` where none may, or where that is not known. Sources: ollama/ollama envconfig/config.go and server/routes.go (gin-contrib/cors:
 * `*`, or one behind a scheme; never with a login); vllm/entrypoints/openai/cli_args.py (`["*"]` as it comes); ggml-org/llama.cpp PR 25655 (`*` as it comes; older builds let any ask);
 * mudler/LocalAI core/http/app.go (other sites are refused, whatever its CORS says, but with CSRF switched off; releases without that check are not told apart, and count as safe).
 */
export function webPagesOf(
  service: Pick<InferenceService, 'engine' | 'argv' | 'environment' | 'environmentComplete'>,
): WebPages | undefined {
  const { engine, argv, environment = {} } = service
  if (engine === 'ollama') {
    const origins = unquoted(environment.OLLAMA_ORIGINS)
    return hasAny(origins)
      ? { by: `OLLAMA_ORIGINS=${origins}`.slice(0, 80), setting: 'OLLAMA_ORIGINS', chosen: true, withLogin: false }
      : undefined
  }
  if (engine === 'vllm') {
    const origins = flagValue(argv, ['--allowed-origins'], dashes)
    if (origins === undefined ? hasFlag(argv, ['--config', '--grpc'], dashes) : !hasAny(unquoted(origins))) return undefined
    const withLogin = hasFlag(argv, ['--allow-credentials'], dashes)
    const setting = withLogin ? '--allow-credentials' : '--allowed-origins'
    return { by: withLogin ? setting : `${setting} *`, setting, chosen: withLogin || origins !== undefined, withLogin }
  }
  if (engine === 'llama.cpp') {
    const origins = flagValue(argv, ['--cors-origins']) ?? environment.LLAMA_ARG_CORS_ORIGINS
    const tools = hasFlag(argv, TOOLS) || Object.keys(environment).some((name) => TOOLS_SET.test(name))
    if (origins === undefined ? tools || service.environmentComplete !== true : !hasAny(unquoted(origins))) return undefined
    const byFlag = hasFlag(argv, ['--cors-credentials'])
    const withLogin = byFlag || isOn(environment.LLAMA_ARG_CORS_CREDENTIALS)
    const flag = withLogin ? '--cors-credentials' : '--cors-origins'
    const isFlag = withLogin ? byFlag : flagValue(argv, [flag]) !== undefined
    const setting = isFlag ? flag : withLogin ? 'LLAMA_ARG_CORS_CREDENTIALS' : 'LLAMA_ARG_CORS_ORIGINS'
    return { by: withLogin ? flag : `${flag} *`, setting, chosen: withLogin || origins !== undefined, withLogin }
  }
  const origins = unquoted(flagValue(argv, ['--cors-allow-origins']) ?? environment.LOCALAI_CORS_ALLOW_ORIGINS)
  const byFlag = hasFlag(argv, ['--disable-csrf'])
  const setting = byFlag ? '--disable-csrf' : 'LOCALAI_DISABLE_CSRF'
  const unguarded = byFlag || isOn(environment.LOCALAI_DISABLE_CSRF)
  return unguarded && (origins === '' || hasAny(origins)) ? { by: '--disable-csrf', setting, chosen: true, withLogin: false } : undefined
}

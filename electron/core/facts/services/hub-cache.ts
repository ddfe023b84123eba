type Variables = Readonly<Record<string, string>>

/**
 * Where the Hugging Face hub keeps models, if a variable says so: HF_HUB_CACHE, its older name, HF_HOME (huggingface_hub
 * docs/package_reference/environment_variables; llama.cpp common/hf-cache.cpp reads the same three).
 */
export const hubCache = (variables: Variables, home: string | undefined): string | undefined =>
  expanded(
    variables.HF_HUB_CACHE || variables.HUGGINGFACE_HUB_CACHE || (variables.HF_HOME && `${variables.HF_HOME.replace(/\/+$/, '')}/hub`),
    home,
  )

/** Where it keeps them when no variable says so. */
export const defaultHubCache = (variables: Variables, home: string | undefined): string | undefined => {
  const cache = variables.XDG_CACHE_HOME || (home && `${home}/.cache`)
  return cache && `${cache}/huggingface/hub`
}

/** A `~` that no shell replaced; the hub's library does. */
const expanded = (path: string | undefined, home: string | undefined): string | undefined =>
  path?.startsWith('~/') && home ? home + path.slice(1) : path

import type { ProgramRecord } from '../record.ts'

/** What pictures are made with. */
export const imageModels: readonly ProgramRecord[] = [
  {
    id: 'comfyui',
    name: 'ComfyUI',
    kind: 'interface',
    path: /(?:^|\/)comfyui\/main\.py$/i,
    script: {
      name: /^main\.py$/,
      words:
        /^--(?:extra-model-paths-config|(?:disable-all|whitelist)-custom-nodes|front-end-(?:version|root)|preview-method|dont-print-server|disable-smart-memory|fp8_e\w+-unet|(?:bf16|fp16|fp32|cpu)-vae|use-sage-attention|(?:disable-)?cuda-malloc)(?:=|$)/,
      unit: /^comfy-?ui(?:[-_@.].*)?\.service$/i,
      environment: /^\.?comfy(?:[-_]?ui)?(?:[-_.]?v?env)?[-_]?[\d.]*$/i,
      port: 8188,
    },
    image: /^comfyui(?:-.*)?$/,
    authentication: { usual: 'none' },
    telling: ['/system_stats'],
    danger: 'It has no authentication, and whoever reaches it runs workflows; custom nodes are Python on this host.',
    source: 'comfyanonymous/ComfyUI comfy/cli_args.py',
  },
  {
    id: 'stable-diffusion-webui',
    name: 'Stable Diffusion web UI',
    kind: 'interface',
    path: /(?:^|\/)(?:stable-diffusion-webui|sd-?webui|sdnext|automatic)[^/]*\/(?:launch|webui)\.py$/i,
    script: {
      name: /^(?:launch|webui)\.py$/,
      words: /^--(?:skip-torch-cuda-test|no-half-vae|medvram(?:-sdxl)?|enable-insecure-extension-access|ckpt-dir|vae-dir|api-auth)(?:=|$)/,
      unit: /^(?:stable-diffusion(?:-webui)?|sd-?webui|sdnext|automatic1111|a1111)(?:[-_@.].*)?\.service$/i,
      environment: /^(?:stable-diffusion(?:-webui)?|sd-?webui|sdnext|automatic1111|a1111)(?:[-_.]?v?env)?$/i,
      port: 7860,
      taken: /^--(?:share|listen|api|xformers|medvram|lowvram|no-half|nowebui|theme|autolaunch|opt-[a-z-]+)(?:=|$)/,
    },
    image: /^(?:stable-diffusion-webui|sd-webui|sdnext)(?:-.*)?$/,
    // The page and the API each have a login of their own.
    authentication: { usual: 'none', perhaps: /^--(?:gradio-auth(?:-path)?|api-auth)=./ },
    telling: ['/sdapi/v1/options', '/config'],
    danger: 'Whoever reaches it loads models and scripts, which are Python on this host; --share opens it to the internet.',
    source: 'AUTOMATIC1111/stable-diffusion-webui modules/cmd_args.py',
  },
  {
    id: 'swarmui',
    name: 'SwarmUI',
    kind: 'interface',
    program: /^(?:SwarmUI|dotnet)$/,
    when: ([path = '', first = '']) => path.endsWith('SwarmUI') || /(?:^|\/)SwarmUI\.dll$/.test(first),
    image: /^swarmui$/,
    // Its settings may ask for a login; the file is not read.
    authentication: { usual: 'unknown' },
    danger: 'As it comes it asks nobody: whoever reaches it makes pictures, downloads models and installs extensions, which run here.',
    source: 'mcmonkeyprojects/SwarmUI docs/Command Line Arguments.md',
  },
  {
    id: 'fooocus',
    name: 'Fooocus',
    kind: 'interface',
    program: /^entry_with_update\.py$/,
    path: /(?:^|\/)(?:ruined)?fooocus[^/]*\/(?:launch|webui)\.py$/i,
    script: {
      name: /^(?:launch|webui)\.py$/,
      words:
        /^--(?:always-(?:high|normal|low|no|cpu|gpu)(?:-?v?ram)?|disable-in-browser|disable-preset-selection|disable-image-log|preset|rebuild-hash-cache)(?:=|$)/,
      unit: /^fooocus(?:[-_@.].*)?\.service$/i,
      environment: /^fooocus(?:[-_.]?v?env)?$/i,
      port: 7865,
    },
    image: /^fooocus(?:-.*)?$/,
    // auth.json beside it asks those from elsewhere; the file is not read.
    authentication: { usual: 'unknown' },
    telling: ['/config'],
    danger: 'As it comes it asks nobody: whoever reaches it makes and reads pictures; --share opens it to the internet.',
    source: 'lllyasviel/Fooocus webui.py, args_manager.py',
  },
  {
    id: 'invokeai',
    name: 'InvokeAI',
    kind: 'interface',
    program: /^invokeai(?:-web|-nodes-web)?$/,
    module: /^invokeai\.app\.run_app$/,
    image: /^invokeai$/,
    // multiuser of invokeai.yaml asks; the file is not read.
    authentication: { usual: 'unknown' },
    danger: 'As it comes it asks nobody: whoever reaches it makes and reads pictures, and installs models from elsewhere.',
    source: 'https://invoke-ai.github.io/InvokeAI/configuration/',
  },
]

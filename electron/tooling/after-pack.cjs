// Removes the default app of the runtime that was packed: with it, something other than Gatehouse's archive could be started.
const { rm } = require('node:fs/promises')
const { join } = require('node:path')

exports.default = async ({ appOutDir, electronPlatformName, packager }) => {
  const resources =
    electronPlatformName === 'darwin'
      ? join(appOutDir, `${packager.appInfo.productFilename}.app`, 'Contents', 'Resources')
      : join(appOutDir, 'resources')
  await rm(join(resources, 'app'), { recursive: true, force: true })
  await rm(join(resources, 'default_app.asar'), { force: true })
  await rm(join(appOutDir, 'gatehouse-runtime.json'), { force: true })
}

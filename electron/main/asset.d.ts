/** electron-vite: the file is copied beside the build, and the import is its path at run time. */
declare module '*?asset' {
  const path: string
  export default path
}

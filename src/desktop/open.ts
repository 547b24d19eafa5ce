import { isAddress } from '../platform/text.ts'

/** Has the desktop open an address with the program that it has for it. */
export function openAddress(url: string): Promise<void> {
  if (!isAddress(url)) return Promise.resolve()
  const { spawn } = process.getBuiltinModule('node:child_process')
  return new Promise((resolve) => {
    const child = spawn('xdg-open', [url], { detached: true, stdio: 'ignore', cwd: '/' })
    child.on('error', () => resolve()).on('spawn', () => resolve())
    child.unref()
  })
}

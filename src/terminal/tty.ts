import { constants, type FileHandle, lstat, open } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { codeOf, PermanentError } from '../platform/errors.ts'

/** How long a terminal that takes nothing (Ctrl-S) is tried, milliseconds. */
const patience = 5000

/**
 * Writes to a terminal that is not necessarily ours: never blocks on it, never makes it our controlling terminal, and
 * opens nothing but a terminal of this user, because the path may come from a file.
 *
 * @param path `/dev/pts/3`
 * @throws PermanentError it is gone, is nobody's terminal, or took nothing for 5 seconds
 */
export async function writeToTerminal(path: string, text: string, signal: AbortSignal): Promise<void> {
  try {
    const file = await openTerminal(path)
    try {
      await writeAll(file, Buffer.from(text), signal)
    } finally {
      await file.close()
    }
  } catch (error) {
    const code = codeOf(error)
    if (code === undefined) throw error
    throw new PermanentError(code === 'EIO' || code === 'ENOENT' ? `${path} is gone` : `${path}: ${code}`)
  }
}

async function openTerminal(path: string): Promise<FileHandle> {
  const refusal = new PermanentError(`${path} is not a terminal of this user`)
  // Opening a device can do something by itself (rewind a tape), opening a FIFO wakes its reader: look first.
  if (!/^\/dev\/[\w/.-]+$/.test(path) || path.includes('..') || !isOurs(await lstat(path))) throw refusal
  const file = await open(path, constants.O_WRONLY | constants.O_NOCTTY | constants.O_NONBLOCK)
  if (isatty(file.fd) && isOurs(await file.stat())) return file
  await file.close()
  throw refusal
}

/** Under sudo the terminal is still that of the person who called it. */
function isOurs(found: { isCharacterDevice(): boolean; uid: number }): boolean {
  const user = process.getuid?.()
  const caller = user === 0 ? Number(process.env['SUDO_UID'] ?? 0) : user
  return found.isCharacterDevice() && (found.uid === user || found.uid === caller)
}

async function writeAll(file: FileHandle, bytes: Buffer, signal: AbortSignal): Promise<void> {
  const end = performance.now() + patience
  for (let rest = bytes; rest.length > 0; ) {
    try {
      const { bytesWritten } = await file.write(rest)
      rest = rest.subarray(bytesWritten)
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      if (signal.aborted || performance.now() > end) throw new PermanentError('the terminal takes nothing (Ctrl-S?)')
      await pause(25)
    }
  }
}

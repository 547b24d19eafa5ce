import { exitCode, NtfyError, TransientError } from '../../platform/errors.ts'
import { oneLine } from '../../platform/text.ts'
import { type RunResult, runProgram } from '../../process/run-program.ts'

/** How long a program that only answers a question may take, in milliseconds. */
const patience = 30_000

/**
 * Asks a program of the system.
 *
 * @throws NtfyError it is not there, or does not answer
 */
export async function askTool(program: string, args: string[], signal?: AbortSignal): Promise<RunResult> {
  const limit = AbortSignal.timeout(patience)
  try {
    const env = { LC_ALL: 'C.UTF-8', SYSTEMD_COLORS: '0', SYSTEMD_PAGER: '', NO_COLOR: '1' }
    return await runProgram(program, args, { env }, signal ? AbortSignal.any([signal, limit]) : limit)
  } catch (error) {
    if (error instanceof TransientError) throw new NtfyError(error.message, exitCode.unavailable)
    throw error instanceof NtfyError ? new NtfyError(error.message, exitCode.refused) : error
  }
}

/** What a program said that it could not do, in one line. */
export function complaintOf(program: string, { stderr, stdout, status }: RunResult): string {
  const said = oneLine(stderr.trim() || stdout.trim())
  return said === '' ? `${program} failed with status ${status ?? 'unknown'}` : `${program}: ${said}`
}

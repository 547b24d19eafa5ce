import { execFile } from 'node:child_process'
import type { Source } from './view.ts'

/** Windows, and Linux on it (WSL): the program whose window is in front. */
export const windows: Source = {
  name: 'Windows',
  async ask({ environment, host }, signal) {
    const isWindows = process.platform === 'win32' || environment['WSL_DISTRO_NAME'] !== undefined
    if (!isWindows || host?.kind.role !== undefined) return undefined
    const program = await programInFront(signal)
    // A terminal in front may be another one, or show another tab: only what is none is sure.
    if (program === '' || terminals.test(program)) return undefined
    return { answer: 'yes', because: `${program} is in front` }
  },
}

const terminals =
  /^(WindowsTerminal|OpenConsole|conhost|cmd|powershell|pwsh|wsl|wslhost|mintty|alacritty|wezterm|Code|ConEmu|Tabby|Hyper|rio|contour)/i

/** PowerShell takes some tenths of a second: where that is too long, nothing is known. */
function programInFront(signal: AbortSignal): Promise<string> {
  const script = [
    `Add-Type -Name W -Namespace N -MemberDefinition '[DllImport("user32.dll")] public static extern IntPtr GetForegroundWindow(); [DllImport("user32.dll")] public static extern int GetWindowThreadProcessId(IntPtr w, out int p);'`,
    '$p = 0',
    '[void][N.W]::GetWindowThreadProcessId([N.W]::GetForegroundWindow(), [ref]$p)',
    '(Get-Process -Id $p).ProcessName',
  ].join('; ')
  return new Promise((resolve) => {
    const args = ['-NoProfile', '-NonInteractive', '-Command', script]
    execFile('powershell.exe', args, { signal, killSignal: 'SIGKILL' }, (_, stdout) => resolve(stdout.trim()))
  })
}

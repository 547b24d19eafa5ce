# ntfy.ps1 - notifies when a long command is done, for interactive PowerShell 7 and later.
#
#   . ./ntfy.ps1                  or   ntfy shell-integration -s powershell --install
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: variables of the environment ($env:NTFY_LONGER_THAN), which may be changed at any time.
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands typed with a leading space notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BIN, NTFY_NODE           the program to call, otherwise ntfy from PATH, and the node that it runs on
#   AUTO_NTFY_DONE_*              LONGER_THAN, UNFOCUSED_ONLY, IGNORE and OPTS, as in the other shells
#
# Nothing is started for a command that is shorter. The prompt function is wrapped: it is what runs after a command.

if (Get-Command ntfy_unhook -CommandType Function -ErrorAction Ignore) { ntfy_unhook }

# The file that ntfy keeps of its configuration; none means defaults.
function global:__ntfy_settings {
  $known = @{}
  $state = if ($IsWindows) { "$env:LOCALAPPDATA/ntfy/state" }
    elseif ("$env:XDG_STATE_HOME".StartsWith('/')) { "$env:XDG_STATE_HOME/ntfy" } else { "$HOME/.local/state/ntfy" }
  $file = "$state/hook-settings"
  if (Test-Path -LiteralPath $file -PathType Leaf) {
    foreach ($line in (Get-Content -LiteralPath $file -TotalCount 64)) {
      $name, $value = $line.Trim() -split '=', 2
      if ($null -ne $value) { $known[$name] = $value }
    }
  }
  $known
}

# The threshold in milliseconds: the variables, the configuration, ten seconds.
function global:__ntfy_threshold($known) {
  foreach ($value in "$env:AUTO_NTFY_DONE_LONGER_THAN", "$env:NTFY_LONGER_THAN") {
    $text = $value -creplace '^(-L|--longer-than)?[= ]?', ''
    if ($text -match '^(\d+\.?\d*|\.\d+)$') {
      return [long][Math]::Round(1000 * [double]::Parse("0$text", [Globalization.CultureInfo]::InvariantCulture))
    }
  }
  if ("$($known['longer_than_ms'])" -match '^\d{1,13}$') { return [long]$known['longer_than_ms'] }
  10000
}

# May it be a command that always notifies? The program decides.
function global:__ntfy_listed($known, $line, $status) {
  $words = @("$($known['always'])" -split ' ' | Where-Object { $_ })
  if ($words -ccontains '*' -or ($status -ne 0 -and $words -ccontains 'failure')) { return $true }
  foreach ($word in ($line -split '[^\w.+-]+')) { if ($word -and $words -ccontains $word) { return $true } }
  $false
}

# Calls the program in the background, with the text on its stdin. On Unix sh hands it the terminal's name, and a place
# where nothing that is written is shown.
function global:__ntfy_launch([string]$line, [string[]]$flags) {
  $bin = if ($env:NTFY_BIN) { $env:NTFY_BIN } else { 'ntfy' }
  $start = [Diagnostics.ProcessStartInfo]::new()
  $start.UseShellExecute = $false
  $start.RedirectStandardInput = $true
  if ($IsWindows) {
    $start.FileName = if ($env:NTFY_NODE) { $env:NTFY_NODE } else { 'node' }
    $start.CreateNoWindow = $true
    $words = @($bin, 'shell-done', '--shell', 'powershell') + $flags
  } else {
    $start.FileName = '/bin/sh'
    $script = 'trap "" HUP INT QUIT TSTP; tty=$(tty <&2 2>/dev/null); node=$1 bin=$2; shift 2; text=$(cat; echo .)
      case $tty in /*) set -- --tty "$tty" "$@" ;; esac
      [ -z "$node" ] || export NTFY_NODE="$node"
      { [ "$text" = . ] || printf "%s\0" "${text%.}"; } | "$bin" shell-done --shell powershell "$@" >/dev/null 2>&1 &'
    $words = @('-c', $script, 'sh', "$env:NTFY_NODE", $bin) + $flags
  }
  foreach ($word in $words) { $start.ArgumentList.Add($word) }
  $process = [Diagnostics.Process]::Start($start)
  $bytes = [Text.Encoding]::UTF8.GetBytes($line)
  $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
  $process.StandardInput.Close()
  $process.Dispose()
}

# __ntfy_look SUCCEEDED LASTEXITCODE: a command is new if the number of the last one in the history has changed.
function global:__ntfy_look($succeeded, $code) {
  $last = Get-History -Count 1
  if ($null -eq $last -or $last.Id -eq $global:__NtfyLast) { return }
  $global:__NtfyLast = $last.Id
  if ($env:NTFY -ceq 'off' -or $last.ExecutionStatus -eq 'Stopped') { return }
  $status = if ($succeeded) { 0 } elseif ($code -gt 0 -and $code -lt 256) { [int]$code } else { 1 }
  # Ctrl-C: on Unix, and on Windows (STATUS_CONTROL_C_EXIT).
  if (-not $succeeded -and ($status -eq 130 -or $code -eq -1073741510)) { return }
  $took = [long]($last.EndExecutionTime - $last.StartExecutionTime).TotalMilliseconds
  $known = __ntfy_settings
  $threshold = __ntfy_threshold $known
  $line = [string]$last.CommandLine
  $flags = @('--shell-pid', "$PID", '--status', "$status", '--duration-ms', "$took", '--threshold-ms', "$threshold")
  if ($took -lt $threshold) {
    if (-not (__ntfy_listed $known $line $status)) { return }
    $flags += '--short'
  }
  if ($line -match '^\s') {
    $wish = if ($env:NTFY_PRIVATE) { $env:NTFY_PRIVATE } else { "$($known['private'])" }
    if ($wish -cne 'hide') { return }
    $line = ''
    $flags += '--private'
  }
  if ("$env:NTFY_FOREGROUND_TOO" -notin '', '0' -and $env:AUTO_NTFY_DONE_UNFOCUSED_ONLY -cne '-b') { $flags += '--foreground-too' }
  if ($null -ne $env:AUTO_NTFY_DONE_IGNORE) { $flags += '--ignore', $env:AUTO_NTFY_DONE_IGNORE }
  if ($env:AUTO_NTFY_DONE_OPTS) { $flags += '--opts', $env:AUTO_NTFY_DONE_OPTS }
  if ($line.Length -gt 4096) { $line = $line.Substring(0, 4096) }
  __ntfy_launch $line $flags
}

function global:ntfy_unhook {
  # A prompt that was set since then stays.
  if ("$function:prompt" -ceq $global:__NtfyWrapped) { $function:global:prompt = $global:__NtfyPrompt }
  Remove-Item -ErrorAction Ignore Function:__ntfy_*, Function:ntfy_unhook
  Remove-Variable -Scope Global -ErrorAction Ignore __NtfyPrompt, __NtfyWrapped, __NtfyLast
}

$global:__NtfyLast = (Get-History -Count 1).Id
$global:__NtfyPrompt = $function:prompt
function global:prompt {
  $__ntfy_succeeded = $?
  $__ntfy_code = $global:LASTEXITCODE
  try { __ntfy_look $__ntfy_succeeded $__ntfy_code } catch { $Error.RemoveAt(0) }
  $global:LASTEXITCODE = $__ntfy_code
  # The prompt that follows sees $? as it was.
  if (-not $__ntfy_succeeded) { Write-Error '' -ErrorAction Ignore }
  & $global:__NtfyPrompt
}
$global:__NtfyWrapped = "$function:prompt"

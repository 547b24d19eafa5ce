# ntfy.xsh - notifies when a long command is done, for interactive xonsh 0.11 and later.
#
#   source ntfy.xsh               or   ntfy shell-integration -s xonsh --install
#   ntfy_unhook                   removes the hooks from the running shell
#
# Settings: variables of the environment, which may be changed at any time.
#
#   NTFY_LONGER_THAN              notify from this many seconds on (2, 0.5); else longer_than of the configuration, else 10
#   NTFY                          "off": no notifications from this shell
#   NTFY_PRIVATE                  "hide": commands typed with a leading space notify too, without their text;
#                                 "drop": they do not; else private of the configuration, else "drop"
#   NTFY_FOREGROUND_TOO           1: notify even while somebody is looking at the terminal
#   NTFY_BIN, NTFY_NODE           the program to call, otherwise ntfy from PATH, and the node that it runs on
#   AUTO_NTFY_DONE_*              LONGER_THAN, UNFOCUSED_ONLY, IGNORE and OPTS, as in the other shells
#
# Nothing is started for a command that is shorter. It is all in one function, so that nothing of it gets in anybody's way.

def __ntfy_load():
    import builtins, os, re, signal, subprocess

    environment = __xonsh__.env
    events = builtins.events
    quick = re.compile(r"^(\d+\.?\d*|\.\d+)$")

    def value(name):
        found = environment.get(name, "")
        return " ".join(map(str, found)) if isinstance(found, (list, tuple)) else str(found)

    def settings():
        """What ntfy keeps of its configuration; no file means defaults."""
        state = value("XDG_STATE_HOME")
        state = state if state.startswith("/") else os.path.join(value("HOME"), ".local/state")
        try:
            path = os.path.join(state, "ntfy/hook-settings")
            if not os.path.isfile(path):
                return {}
            with open(path, encoding="utf-8", errors="replace") as file:
                lines = file.read(4096).splitlines()
            return dict(line.strip().split("=", 1) for line in lines if "=" in line)
        except OSError:
            return {}

    def threshold(known):
        """In milliseconds: the variables, the configuration, ten seconds."""
        for name in ("AUTO_NTFY_DONE_LONGER_THAN", "NTFY_LONGER_THAN"):
            text = re.sub(r"^(-L|--longer-than)?[= ]?", "", value(name))
            if quick.match(text):
                return round(float(text) * 1000)
        configured = known.get("longer_than_ms", "")
        return int(configured) if re.match(r"^\d{1,13}$", configured) else 10000

    def listed(known, line, status):
        """May it be a command that always notifies? The program decides."""
        words = known.get("always", "").split()
        if "*" in words or (status != 0 and "failure" in words):
            return True
        return any(word in words for word in re.split(r"[^\w.+-]+", line) if word)

    def launch(line, flags):
        """In a session of its own, with no word on the terminal. Threads of the shell are not waited for."""
        terminal = None
        for number in (2, 1, 0):
            try:
                terminal = os.ttyname(number)
                break
            except OSError:
                pass
        words = [value("NTFY_BIN") or "ntfy", "shell-done", "--shell", "xonsh", *flags]
        if terminal:
            words += ["--tty", terminal]
        detyped = dict(environment.detype())
        if value("NTFY_NODE"):
            detyped["NTFY_NODE"] = value("NTFY_NODE")
        try:
            child = subprocess.Popen(
                words,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=detyped,
            )
            with child.stdin as pipe:
                if line:
                    pipe.write(line[:4096].encode("utf-8", "replace") + b"\0")
            # Python would warn of one that still runs when the object is gone; it is reaped with the next.
            started.append(child)
            started[:] = [one for one in started if one.poll() is None]
        except OSError:
            pass

    started = []

    def __ntfy_postcommand(cmd, rtn, out, ts, **_):
        line, took = cmd.rstrip("\n"), round((ts[1] - ts[0]) * 1000)
        # A negative one is that of a signal.
        status = 0 if rtn is None else 128 - rtn if rtn < 0 else int(rtn)
        if not line.strip() or value("NTFY") == "off" or status == 128 + signal.SIGINT:
            return
        known = settings()
        limit = threshold(known)
        if took < limit and not listed(known, line, status):
            return
        flags = ["--shell-pid", str(os.getpid()), "--status", str(status), "--duration-ms", str(took)]
        flags += ["--threshold-ms", str(limit)] + (["--short"] if took < limit else [])
        # xonsh takes leading spaces away, and remembers that.
        shell = getattr(__xonsh__.shell, "shell", None)
        if line[0].isspace() or getattr(shell, "src_starts_with_space", False):
            if (value("NTFY_PRIVATE") or known.get("private", "drop")) != "hide":
                return
            line = ""
            flags.append("--private")
        if value("NTFY_FOREGROUND_TOO") not in ("", "0", "False") and value("AUTO_NTFY_DONE_UNFOCUSED_ONLY") != "-b":
            flags.append("--foreground-too")
        if "AUTO_NTFY_DONE_IGNORE" in environment:
            flags += ["--ignore", value("AUTO_NTFY_DONE_IGNORE")]
        if value("AUTO_NTFY_DONE_OPTS"):
            flags += ["--opts", value("AUTO_NTFY_DONE_OPTS")]
        launch(line, flags)

    def unhook(args=None):
        for handler in [one for one in events.on_postcommand if getattr(one, "__name__", "") == "__ntfy_postcommand"]:
            events.on_postcommand.discard(handler)
        aliases.pop("ntfy_unhook", None)

    # Those of an earlier reading of this file.
    unhook()
    events.on_postcommand(__ntfy_postcommand)
    aliases["ntfy_unhook"] = unhook

if __xonsh__.env.get("XONSH_INTERACTIVE", False):
    __ntfy_load()
del __ntfy_load

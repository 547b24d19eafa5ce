# What plugin managers of zsh look for.
source "${0:A:h}/ntfy.zsh"

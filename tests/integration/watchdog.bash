#!/usr/bin/env bash
# watchdog.bash PID SIGNAL: for a process that was asked to end by that signal. What has not ended 20
# seconds later is shown, thread by thread, and killed. Ends when its input does.
#
# A signal may be lost under ThreadSanitizer: one that a thread of core's takes, or any thread while
# it is in core, which is not instrumented, is kept until that thread comes out. There it is sent
# once more before that.

pause() {
    read -r -t 20
    [ $? -gt 128 ] || exit 0
}

# What each thread waits for, and its signals.
show_threads() {
    local task
    echo "process $1 has not ended:"
    for task in "/proc/$1/task"/*; do
        echo "${task##*/} $(cat "$task/comm" "$task/wchan" 2>/dev/null | tr '\n' ' ')" \
            "$(grep -E '^(State|SigPnd|ShdPnd|SigBlk|SigCgt)' "$task/status" | tr '\t\n' ' ')"
    done
}

pause
show_threads "$1"
if grep -q libtsan "/proc/$1/maps"; then
    echo "SIG$2 is sent again"
    kill -s "$2" "$1"
    pause
    show_threads "$1"
fi
kill -KILL "$1"

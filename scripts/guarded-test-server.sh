#!/bin/sh
# Starts the time-skipping test server (path in $STAYLINE_TEST_SERVER) so that it does not outlive the process that started it,
# even if that one is killed: a watcher polls for it. The Temporal SDK starts this file as if it were the server, and kills it by
# its process id, which "exec" hands on to the server.
parent=$PPID
server=$$
(
  while kill -0 "$parent" && kill -0 "$server"; do sleep 1; done
  kill -9 "$server"
) >/dev/null 2>&1 </dev/null &
exec "$STAYLINE_TEST_SERVER" "$@"

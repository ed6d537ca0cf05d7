/** Whose each service on a node is: one file for each, with project, session and the directory of its releases. */
import { quote, raw, sh, type Raw } from './quote.ts'

export const ownersDir = '/var/lib/vps-test/owners'

/** A step that would write over another project's service or directory. */
export const exitAnothers = 78

/** Sets `whose`: another project that has this service or this directory; empty where there is none. */
export const findAnother = (project: string, installPath: string, unit = ''): Raw =>
  raw(sh`whose=; for o in ${raw(quote(ownersDir))}/*; do
      [ -s "$o" ] || continue; by=; at=; { read -r by; read -r _; read -r at; } <"$o" || true
      if [ "$by" != ${project} ] && { [ "$at" = ${installPath} ] || [ "$(basename "$o")" = ${unit} ]; } && [ -e "/etc/systemd/system/$(basename "$o").service" ]; then whose=$by; break; fi
    done`)

#!/bin/sh
# Knows: how to make one archive whose hidden symbols are local. Must not know: what is in it.
# usage: one_archive.sh OUTPUT WORK_DIR LD OBJCOPY AR ARCHIVE...
set -eu
output=$1 work=$2 ld=$3 objcopy=$4 ar=$5
shift 5

mkdir -p "$work"
"$ld" -r --whole-archive "$@" -o "$work/nacre.o"
"$objcopy" --localize-hidden "$work/nacre.o"
rm -f "$output"
"$ar" rcs "$output" "$work/nacre.o"

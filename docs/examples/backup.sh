#!/bin/sh
# backup.sh ARCHIVE BACKUPS: makes BACKUPS/<instant>, the archive as it is now, also while crawls and compactions go on.
# Files that the backup before has, too, are hard links to it. Needs rsync.
set -eu
archive=$1
mkdir -p "$2"
backups=$(cd "$2" && pwd)
new=$backups/unfinished

copy() {
    # 24: a file went away meanwhile, as replaced files do when their time is over.
    rsync --archive --link-dest="$backups/latest" "$@" "$archive/" "$new/" || [ $? -eq 24 ]
}

rm -rf "$new"
mkdir "$new"
[ -e "$backups/latest" ] || mkdir "$backups/latest"
# What a run writes last is read first, so that nothing is named that the copy lacks: the logs of the tables, the files
# that they name, the pages that their rows name.
for table in runs clusters articles captures sources; do
    copy --include="/$table/" --include="/$table/_delta_log/" --exclude=_last_checkpoint \
        --include="/$table/_delta_log/*" --exclude='*'
done
copy --exclude=/locks/ --exclude=/warc/ --exclude=_delta_log/
copy --include=/warc/ --include='/warc/**' --exclude='*'
[ -L "$backups/latest" ] || rmdir "$backups/latest"
name=$(date -u +%Y%m%dT%H%M%S.%NZ)
mv "$new" "$backups/$name"
ln -sfn "$name" "$backups/latest"
echo "$backups/$name"

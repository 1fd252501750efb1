"""The watched folder: people and scripts drop intakes, packages come back; on a disk, a share, or WebDAV."""

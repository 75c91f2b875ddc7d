"""The operating system around us: one owner per home, the tray's host, our own files."""

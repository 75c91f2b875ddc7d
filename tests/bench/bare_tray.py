"""The yardstick of tray.py: the least a PySide6 tray program can be. An icon, a menu, an empty window."""

from __future__ import annotations

import sys

from PySide6.QtGui import QGuiApplication, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QSystemTrayIcon

QGuiApplication.setDesktopFileName("bare-tray")
application = QApplication(sys.argv)
application.setQuitOnLastWindowClosed(False)
pixmap = QPixmap(22, 22)
pixmap.fill("green")
menu = QMenu()
menu.addAction("Quit", application.quit)
window = QMainWindow()
icon = QSystemTrayIcon(QIcon(pixmap))
icon.setContextMenu(menu)
icon.show()
sys.exit(application.exec())

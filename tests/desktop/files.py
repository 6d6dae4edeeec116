"""A window from which files are dragged, as from a file manager's: files.py FILE…"""

import pathlib
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

window = Gtk.Window(title="Files", default_width=180, default_height=180)
handle = Gtk.EventBox()
handle.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
handle.drag_source_add_uri_targets()
uris = [pathlib.Path(name).as_uri() for name in sys.argv[1:]]
handle.connect("drag-data-get", lambda _widget, _drag, data, *_: data.set_uris(uris))
window.add(handle)
window.connect("destroy", Gtk.main_quit)
window.show_all()
# Beside the window under test.
window.move(1200, 0)
Gtk.main()

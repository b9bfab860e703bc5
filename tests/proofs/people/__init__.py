"""The list of the people in a room, on the page, against ``/who`` while people come and go.

This package knows the page only by what a tab shows.
"""

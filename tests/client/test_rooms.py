"""`chatd.client.rooms`: the places in the logs of rooms, and the people in them."""

from chatd.client.rooms import People, Room, Rooms


class TestPeople:
    def test_the_list_is_taken_and_changed(self) -> None:
        people = People()
        people.take({"names": ["eva", "Ana"], "guests": 2})
        assert people.change({"here": ["luis"], "gone": ["Ana"], "named": 2})
        assert people.names == ["eva", "luis"]

    def test_a_change_without_names_needs_a_new_list(self) -> None:
        people = People()
        people.take({"names": [], "guests": 0})
        assert not people.change({})

    def test_a_change_before_the_list_is_in_the_list(self) -> None:
        people = People()
        assert people.change({"here": ["luis"]})
        assert people.names == []


class TestRoom:
    def test_what_the_account_saw_elsewhere_is_not_new(self) -> None:
        room = Room("ops")
        room.unread, room.last = 2, 9
        room.see(9)
        assert (room.unread, room.seen, room.marker) == (0, 9, None)

    def test_what_it_saw_of_some_is_not_all(self) -> None:
        room = Room("ops")
        room.unread, room.last = 2, 9
        room.see(8)
        assert room.unread == 2


class TestRooms:
    def test_a_room_has_one_window_however_its_name_is_written(self) -> None:
        rooms = Rooms()
        assert rooms.open("Ops") is rooms.open("ops") is rooms.get("#OPS")

    def test_the_room_before_is_shown_in_place_of_one_that_is_removed(self) -> None:
        rooms = Rooms()
        one, two, three = (rooms.open(name) for name in ("one", "two", "three"))
        rooms.current = two
        rooms.remove(two)
        assert rooms.current is one
        rooms.remove(one)
        assert rooms.current is three

"""The backend of the tree was used, and got its config settings as PEP 517 says."""

import unittest

import homemade.settings


class SettingsTest(unittest.TestCase):
    def test_one_value_is_a_string_and_several_are_a_list(self):
        self.assertEqual(homemade.settings.SETTINGS, {"one": "value", "several": ["b", "a"]})


if __name__ == "__main__":
    unittest.main()

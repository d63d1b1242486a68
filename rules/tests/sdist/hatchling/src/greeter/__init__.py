def main():
    print("Good day.")

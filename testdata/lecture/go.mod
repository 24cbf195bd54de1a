module lecture

go 1.26

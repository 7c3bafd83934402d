#pragma once
int   badly( int a,int b ) ;
